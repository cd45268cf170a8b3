"""What every domain stands on: settings, database, money, time, identifiers, cryptography."""
