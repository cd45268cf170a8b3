"""Eligibility rules and amount formulas as data: read, checked, compiled to SQL, and explained in words.

Pure: no session, no table of its own. `Facts` tells where the registry keeps each word.
"""
