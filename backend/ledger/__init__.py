"""Fund books in double entry: funds, accounts, templates, journals, balances, periods. Knows no people, no cases."""
