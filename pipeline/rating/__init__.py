"""Ratings of people: tasks, and files that spreadsheets and other tools read and write."""
