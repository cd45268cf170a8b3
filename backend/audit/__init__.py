"""Who did what and who saw what: append-only rows linked by hashes, so that a changed or missing row is named."""
