"""From a decision to money: entitlements, one-off orders, payees' accounts, monthly batches, bank files and returns."""
