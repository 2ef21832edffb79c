"""Statistics as pure functions over the counts frame: no database, no drawing."""
