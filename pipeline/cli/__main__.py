"""`python -m pipeline.cli`: the command line without its script."""

from pipeline.cli import main

main()
