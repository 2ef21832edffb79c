"""Streamlit's own command line, started so that a link opened on a fresh server finds its page.

Streamlit looks for pages beside `app.py` until the first visitor has run it, and meanwhile greets
a link to one of ours with "Page not found". We name our pages in `app.py` alone.
"""

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli


def main() -> None:
    """Run Streamlit with the arguments of this process."""
    PagesManager.uses_pages_directory = False
    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
