"""Every request gets an id, a line in the log, and is counted."""

import logging
import re
import secrets
import time
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.logs import request_id
from app.web.metrics import Metrics

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Asked for all the time by programs and browsers, which is of no interest while it works.
ROUTINE = ("/healthz", "/readyz", "/metrics", "/static/")

log = logging.getLogger("newsgloss.requests")


class RequestLog:
    """Names each request as a proxy before us did, if that is a name, and says afterwards how it went.

    The query is not logged: what people search for is nobody's business, and it may hold what should be secret.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics | None = None) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, put its id on the answer, and log both."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        name = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
        # Each request is a task with a context of its own, so this ends with it.
        request_id.set(name)
        started, status = time.perf_counter(), 500

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        finally:
            self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method, path, route = scope["method"], quote(scope["path"])[:500], _template(scope)
        if self.metrics is not None:
            self.metrics.count(method, route, status, seconds)
        level = logging.DEBUG if path.startswith(ROUTINE) and status < 400 else logging.INFO
        if not log.isEnabledFor(level):
            return
        client = scope["client"][0] if scope.get("client") else None
        fields = {
            "method": method,
            "path": path,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "client": client,
        }
        log.log(
            level, "%s %s %d in %.1f ms for %s", method, path, status, seconds * 1000, client, extra={"fields": fields}
        )


def _template(scope: Scope) -> str:
    """The address with the names of what varies in it, such as "/stories/{key}"; empty where nothing is there."""
    if scope["path"].startswith("/static/"):
        return "/static"
    return str(getattr(scope.get("route"), "path", ""))
