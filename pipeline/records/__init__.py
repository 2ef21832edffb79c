"""Records in the project's words, by column, as every format hands them on."""
