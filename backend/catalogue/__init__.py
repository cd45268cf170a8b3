"""Policy library and project catalogue: what aid exists, on which legal basis, for whom, how much, by which path.

Rules and formulas are data over a fixed vocabulary; `rules` compiles them, `content` ships the county's catalogue.
"""
