"""对象库: persons and households, who lives with whom, what they earn, own and must spend, and their statuses.

Owns the facts that rules ask about (`facts`), the snapshot kept with a decision, the import of rosters and the
finding and merging of duplicates. Knows no case, no payment: those stand above and point down here.
"""
