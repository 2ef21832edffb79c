"""What a foreign file holds: its bytes, its records and its texts, within bounds."""
