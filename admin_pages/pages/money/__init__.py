"""资金: books and vouchers, entitlements, monthly batches up to the bank and back."""

from admin_pages.pages.money import account_books, batch_file, books, lists, periods, reconciliation

__all__ = ["account_books", "batch_file", "books", "lists", "periods", "reconciliation"]
