"""A package, for pytest to end what its tests share once the last of them is done.

Playwright's loop would keep later tests from running one of their own.
"""
