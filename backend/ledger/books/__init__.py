"""The books as people read them, on screen and paper: vouchers, account books, general ledger, trial balance."""
