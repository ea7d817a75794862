"""The archive under a path of a site, behind a proxy that strips the path or does not."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class UnderPrefix:
    """Takes the prefix off the address of a request, and puts it in front of where an answer redirects to.

    Inside, every address starts at the root: pages get the prefix where they are rendered.
    """

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as if it had been sent to the root."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_redirect_under_prefix(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("location", "").startswith("/"):
                    headers["location"] = self.prefix + headers["location"]
            await send(message)

        path: str = scope["path"]
        if path == self.prefix or path.startswith(self.prefix + "/"):
            scope = {**scope, "path": path.removeprefix(self.prefix) or "/"}
        await self.app(scope, receive, send_redirect_under_prefix)
