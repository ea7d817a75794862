"""A web site on loopback, for tests: pages, feeds, redirects, and every way to answer badly.

Use it as a fixture: `site.page("/story", "<html>…")`, then fetch `site.url + "/story"` with `site.limits()`.
"""

import ssl
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.config import Settings
from app.read.fetch import Limits

Answer = Callable[["Request"], object]


class Request(BaseHTTPRequestHandler):
    """One request, as an answer function gets it; `wfile` takes raw bytes, `site` is the site."""

    site: "Site"

    def do_GET(self) -> None:
        self.site.asked[self.path] += 1
        self.site.headers[self.path] = dict(self.headers)
        try:
            self.site.answers.get(self.path, not_found)(self)
        except (BrokenPipeError, ConnectionResetError):
            return

    def reply(self, status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        """A whole answer, of the right length."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Site:
    """What is at which path, and how often each was asked for; all of it may change while the site is up."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str = "http") -> None:
        self.port: int = server.server_port
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        self.closing = threading.Event()

    def limits(self, **changed: Any) -> Limits:
        """Limits that let a test reach the site, and hurry."""
        return replace(Limits("Newsgloss (+test)", timeout=5, pause=0, allow_loopback=True), **changed)

    def settings(self, **changed: Any) -> Settings:
        """Settings that let a test reach the site."""
        return Settings(**{"fetch_allow_loopback": True, "fetch_pause": 0, "fetch_timeout": 5} | changed)

    def page(self, path: str, body: str | bytes, content_type: str = "text/html; charset=utf-8", **headers: str) -> str:
        """Put something at a path; gives its address. Underscores in header names stand for hyphens."""
        data = body.encode() if isinstance(body, str) else body
        sent = {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda request: request.reply(headers=sent, body=data)
        return self.url + path

    def feed(self, path: str, body: str | bytes, *, etag: str | None = None) -> str:
        """Put a feed at a path, answered with 304 to whoever has it already."""
        data = body.encode() if isinstance(body, str) else body

        def answer(request: Request) -> None:
            if etag and request.headers["If-None-Match"] == etag:
                request.reply(304)
                return
            request.reply(headers={"Content-Type": "application/rss+xml"} | ({"ETag": etag} if etag else {}), body=data)

        self.answers[path] = answer
        return self.url + path

    def status(self, path: str, status: int, **headers: str) -> str:
        """Answer with a bare status."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = lambda request: request.reply(status, sent)
        return self.url + path

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        """Send whoever asks on to another address."""
        return self.status(path, status, Location=target)

    def drip(self, path: str, *, headers_too: bool = False) -> str:
        """Answer a byte at a time, for ever."""

        def answer(request: Request) -> None:
            start = b"HTTP/1.1 200 OK\r\n" if headers_too else b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
            request.wfile.write(start)
            while not self.closing.wait(0.02):
                request.wfile.write(b"X")

        self.answers[path] = answer
        return self.url + path

    def silent(self, path: str) -> str:
        """Take the request and never answer."""
        self.answers[path] = lambda _: self.closing.wait()
        return self.url + path

    def bomb(self, path: str, megabytes: int, coding: str = "gzip") -> str:
        """Answer with that much nothing, packed to a thousandth."""
        packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15)
        packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()
        return self.page(path, packed, Content_Encoding=coding)

    def cut_off(self, path: str, body: bytes = b"<p>Half of it", promised: int = 10_000) -> str:
        """Promise more bytes than come."""
        return self.page(path, body, Content_Length=str(promised))

    def raw(self, path: str, data: bytes) -> str:
        """Answer with these very bytes, headers included."""
        self.answers[path] = lambda request: request.wfile.write(data)
        return self.url + path


def not_found(request: Request) -> None:
    """The answer where nothing is."""
    request.reply(404)


@contextmanager
def serve_site(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site on a free port of 127.0.0.1, gone afterwards."""
    handler = type("Handler", (Request,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site = Site(server, "https" if tls else "http")
    handler.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        server.shutdown()
        server.server_close()
