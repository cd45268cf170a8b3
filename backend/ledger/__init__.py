"""Fund books and their double entry: funds, accounts, templates, journals, balances, periods. Knows no people, no cases."""
