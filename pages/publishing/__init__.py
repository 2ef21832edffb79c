"""A static site of what was found and of the answers behind it: one file that needs no server."""
