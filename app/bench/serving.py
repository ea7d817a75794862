"""The server that is measured: Newsgloss, and in the same process the barest page of the same framework.

Run as a module it serves the archive of the settings on a free port of loopback and prints that port.
"""

import uvicorn
from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import get_settings
from app.web.app import create_app, spare_collecting

HELLO = "/hello"


def make_app() -> ASGIApp:
    """Newsgloss with a bare page beside it, which nothing of Newsgloss touches."""
    unlimited = get_settings().model_copy(update={"searches_per_minute": 0})
    newsgloss, bare = create_app(unlimited), FastAPI()

    @bare.get(HELLO)
    def hello() -> HTMLResponse:
        return HTMLResponse("<!doctype html><title>Hello</title><p>Hello")

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        await (bare if scope.get("path") == HELLO else newsgloss)(scope, receive, send)

    return either


class _Server(uvicorn.Server):
    async def startup(self, *args: object, **kwargs: object) -> None:
        await super().startup(*args, **kwargs)  # type: ignore[arg-type]
        for server in self.servers:
            print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - whoever started it reads this


if __name__ == "__main__":
    server = _Server(uvicorn.Config(make_app(), port=0, log_level="warning"))
    spare_collecting()  # as `newsgloss serve` does
    server.run()
