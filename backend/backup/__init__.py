"""A whole county in one file: every table and every stored file, each with its digest, from one moment in time."""
