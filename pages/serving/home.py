"""Pages by names as people write them: Streamlit knows each by one spelling, the first by none."""

from collections.abc import Collection

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NAMED = "overview"
"""What people call the first page, which Streamlit serves at / alone."""


class Home:
    """An application whose pages can be asked for in capitals, and its first page by its name."""

    def __init__(self, app: ASGIApp, pages: Collection[str]) -> None:
        """`pages` are the addresses of the others."""
        self._app = app
        self._places = {name: name for name in pages} | {NAMED: ""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send who asks for a page by another spelling to the page, with what the link asks for."""
        asked = scope["path"].strip("/") if scope["type"] == "http" else ""
        place = self._places.get(asked.lower(), asked)
        if place == asked:
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("ascii", "ignore")
        await RedirectResponse(f"/{place}" + f"?{query}" * bool(query))(scope, receive, send)
