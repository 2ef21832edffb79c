"""What `brittlescope publish` starts: the words and colours of the app, without its server."""

import sys

from streamlit import logger


def main() -> int:
    """Write the site that is asked for."""
    logger.set_log_level("ERROR")  # Streamlit misses a browser at every step
    from pages.publishing import site

    return site.main()


if __name__ == "__main__":
    sys.exit(main())
