"""The first page by its name: Streamlit serves it at / alone, and people write /overview."""

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NAMED = "/overview"


class Home:
    """An application whose first page can be asked for by its name as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send who asks for the name to the page itself, with what the link asks for."""
        if scope["type"] != "http" or scope["path"].rstrip("/") != NAMED:
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("ascii", "ignore")
        await RedirectResponse(f"/?{query}" if query else "/")(scope, receive, send)
