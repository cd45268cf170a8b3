"""核对: with everybody's consent the county asks the sources, and reports per source what was found.

Stands below cases: a request names the household, the consents it rests on and the matter it belongs to, as a number
and words. The verifier reports; deciding is for others.
"""
