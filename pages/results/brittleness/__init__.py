"""The parts of the Brittleness page: measures, grids, sentences, tables, and the profile."""
