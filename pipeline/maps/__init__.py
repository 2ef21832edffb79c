"""Study maps: what paths, columns and companion files of a foreign study mean."""
