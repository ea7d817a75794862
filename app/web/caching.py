"""Answers that need not be sent again: a weak ETag for whole bodies, 304 where the reader has them; and HEAD."""

import hashlib
from copy import copy

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What an answer without a body still says; its security headers are put on outside.
KEPT = frozenset({"cache-control", "etag", "vary", "x-robots-tag"})


class Revalidation:
    """Lets browsers keep what they got, and ask each time whether it is still so.

    Bodies that come in one piece get an ETag made from their content, weak since they may be compressed on the way.
    A streamed body is passed on as it comes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer 304 if the reader already has what comes back."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None

        async def send_revalidated(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                start, message = _revalidated(start, message, known)
                await send(start)
                start = None
            await send(message)

        await self.app(scope, receive, send_revalidated)


def _revalidated(start: Message, body: Message, known: str) -> tuple[Message, Message]:
    """The beginning of an answer and its first body, with the headers they need; or a 304 in their place."""
    headers = MutableHeaders(raw=start["headers"])
    headers.setdefault("Cache-Control", "no-cache")
    is_whole = body["type"] == "http.response.body" and not body.get("more_body")
    if start["status"] != 200 or not is_whole or "etag" in headers:
        return start, body
    headers["ETag"] = f'W/"{hashlib.sha256(body.get("body", b"")).hexdigest()[:32]}"'
    if not _is_known(headers["ETag"], known):
        return start, body
    headers["Vary"] = "Accept-Encoding"
    kept = [(name, value) for name, value in headers.raw if name.decode("latin-1").lower() in KEPT]
    return {**start, "status": 304, "headers": kept}, {**body, "body": b""}


def _is_known(etag: str, known: str) -> bool:
    """Whether an If-None-Match header names the tag; weak and strong tags are the same here (RFC 9110, 13.1.2)."""
    tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def answer_head(router: APIRouter) -> None:
    """Let every address of a router that takes GET take HEAD too; the server leaves the body out."""
    for route in list(router.routes):
        if not isinstance(route, APIRoute) or not route.methods or "GET" not in route.methods:
            continue
        if not route.include_in_schema:
            route.methods.add("HEAD")
            continue
        # An operation of the API is described once.
        twin = copy(route)
        twin.methods, twin.include_in_schema = {"HEAD"}, False
        router.routes.append(twin)
