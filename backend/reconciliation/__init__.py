"""Bank accounts of the books: statements as the bank wrote them, matched line by line with the vouchers."""
