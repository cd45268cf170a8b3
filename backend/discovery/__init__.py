"""主动发现: leads from grid, hotlines, departments and matching, referrals to others, visits to households in force.

A lead is checked, helped on, referred or closed; a referral is followed until the help has come.
"""
