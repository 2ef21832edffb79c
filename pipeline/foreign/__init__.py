"""Foreign files as one table of texts: whatever holds records, read as its study map says.

`forms` gives the records of a file, `shaping` makes samples of them, `companions` joins what other
files say of them, and `table` gives the columns that the map names.
"""
