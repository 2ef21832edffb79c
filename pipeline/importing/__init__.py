"""From files to shards: which there are, whose they are, what became of each."""
