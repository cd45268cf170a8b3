"""Matching: everybody against every project in one scan, and what it finds: 错 paid wrongly, 漏 missed, 重 paid twice.

Owns the list of benefits in force, which payments keep up to date, because a finding compares it with the rules.
"""
