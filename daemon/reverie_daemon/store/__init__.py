"""All SQL lives here: the repository store, the user ledger and their migrations."""
