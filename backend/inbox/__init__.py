"""待办: everything that waits for the posts of the signed-in person. Knows no trade: each domain says what waits in it.

A domain writes `inbox.py` with selects over its own tables and registers them here; nothing is stored twice.
"""
