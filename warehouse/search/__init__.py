"""Search: the answers, questions and judges' words that hold what is looked for.

`asked` reads what is looked for, `finding` finds it, `volumes` is the index on the disk, and
`words` says what a word is.
"""
