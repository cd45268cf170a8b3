"""Cases: from an application to a decision on one household's aid, and from a change to the decision that it brings.

The path of a case is data of its project's version; `path/` is the engine that walks it, `models.calendar` the working
days it is counted in.
"""
