"""文书: what the office writes to a person, numbered, dated and kept as it was issued (DOMAIN §9.2).

The words are data in `letters.yaml`; a step of the work issues its letter, nobody types one by hand.
"""
