"""A draft of a study map: what a folder's files seem to hold, why, and what cannot be told."""
