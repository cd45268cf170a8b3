"""A book's year for auditors: plain tables, their digests, the chain and a signature; checked anywhere, without us."""
