"""The only module that opens an address: public hosts only, bounded in size, time and redirects.

Whatever a name or a redirect says, the host is looked up once, all its addresses are checked, and the connection goes
to the address that was checked. The host's name still decides the certificate and the Host header.
"""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from socket import SHUT_RDWR, socket
from urllib.parse import urljoin

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError, LocationParseError, ReadTimeoutError
from urllib3.util import Url, parse_url

from app.config import Settings
from app.read.hosts import FetchError, addresses_of

__all__ = ["FetchError", "Fetched", "Limits", "fetch", "parsed"]

MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}
CODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
CHUNK_BYTES = 1 << 16
# Below 1024 other services live, which an HTTP request could confuse.
PORTS = {80, 443}


@dataclass(frozen=True, slots=True)
class Limits:
    """How fetching is bounded: `timeout` and `pause` in seconds, `max_bytes` after decompression."""

    user_agent: str
    timeout: float = 30
    max_bytes: int = 10_000_000
    pause: float = 1
    allow_loopback: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits that the settings give."""
        return cls(
            user_agent=f"Newsgloss (+{settings.base_url})",
            timeout=settings.fetch_timeout,
            max_bytes=settings.fetch_max_bytes,
            pause=settings.fetch_pause,
            allow_loopback=settings.fetch_allow_loopback,
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, after redirects. `body` is empty unless the status is 200.

    `url` is the address that answered; `url_permanent` where the address asked for has moved to for good, or itself.
    `retry_after` is in seconds.
    """

    status: int
    url: str
    url_permanent: str
    content_type: str
    body: bytes
    etag: str | None
    last_modified: str | None
    retry_after: int | None


def fetch(
    url: str,
    limits: Limits,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    before: Callable[[str], None] = lambda _: None,
) -> Fetched:
    """Get an address and follow its redirects; `before` is called with each address before its host is asked.

    Any status comes back as an answer, 304 and errors too.

    Raises:
        FetchError: if the address may not be asked, cannot be reached, or breaks a limit.
    """
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    # A line break in a stored value would be a header of its own.
    sent = {name: value for name, value in conditions.items() if value and value.isprintable() and value.isascii()}
    deadline = time.monotonic() + limits.timeout
    place = parsed(url)
    permanent, stays = place, True
    for _ in range(MAX_REDIRECTS + 1):
        asked = time.monotonic()
        before(place.url)
        # Waiting for one's turn is not the host's slowness.
        deadline += time.monotonic() - asked
        answer, target = _asked(place, permanent, limits, deadline, sent)
        if target is None:
            return answer
        stays = stays and answer.status in PERMANENT
        place = _followed(place, target)
        permanent = place if stays else permanent
    raise FetchError(f"{url} redirects more than {MAX_REDIRECTS} times; try the address it should end at")


def parsed(url: str) -> Url:
    """An address in the one form that is checked, looked up and sent.

    Raises:
        FetchError: if it is no http or https address, names a user or a port that is not asked.
    """
    try:
        place = parse_url(url.strip())
    except LocationParseError as error:
        raise FetchError(f"“{url[:200]}” is no address that can be asked; it should look like https://…") from error
    if place.scheme not in ("http", "https") or not place.host:
        raise FetchError(f"“{url[:200]}” is no http or https address; it should look like https://…")
    if place.auth:
        raise FetchError("the address holds a user name or password; give it without")
    if place.port is not None and place.port not in PORTS and place.port < 1024:
        raise FetchError(f"port {place.port} is not asked; only 80, 443 and those from 1024 on are")
    return place._replace(host=place.host.rstrip("."), path=place.path or "/", fragment=None)


def _followed(place: Url, target: str) -> Url:
    # Header bytes arrive as Latin-1; what stands in them is UTF-8, if not ASCII.
    address = target.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        onward = parsed(urljoin(place.url, address))
    except ValueError as error:
        raise FetchError(f"{place.url} redirects to something that is no address") from error
    if place.scheme == "https" and onward.scheme == "http":
        raise FetchError(f"{place.url} redirects from https to http, which anybody on the way could change")
    return onward


def _asked(
    place: Url, permanent: Url, limits: Limits, deadline: float, conditions: dict[str, str]
) -> tuple[Fetched, str | None]:
    """One request: the answer and where it redirects to, if it does."""
    with _errors_told(place, limits, deadline), _connected(place, limits, deadline) as connection:
        headers = {"User-Agent": limits.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate", **conditions}
        connection.request("GET", place.request_uri, headers={"Host": _host_header(place), **headers},
                           preload_content=False, decode_content=False)  # fmt: skip
        response = connection.getresponse()
        target = response.headers.get("Location") if response.status in REDIRECTS else None
        answer = Fetched(
            status=response.status,
            url=place.url,
            url_permanent=permanent.url,
            content_type=response.headers.get("Content-Type", ""),
            body=_body(response, limits.max_bytes) if response.status == http.client.OK else b"",
            etag=response.headers.get("ETag"),
            last_modified=response.headers.get("Last-Modified"),
            retry_after=_seconds(response.headers.get("Retry-After", "")),
        )
    return answer, target


def _host_header(place: Url) -> str:
    return str(place.host) if place.port is None else f"{place.host}:{place.port}"


@contextmanager
def _connected(place: Url, limits: Limits, deadline: float) -> Iterator[HTTPConnection]:
    """A connection to one of the host's checked addresses, cut at the deadline however slowly bytes drip in."""
    host = str(place.host).strip("[]")
    port = place.port or (443 if place.scheme == "https" else 80)
    addresses = addresses_of(host, port, seconds=_left(deadline), allow_loopback=limits.allow_loopback)
    connection = _opened(place, host, port, addresses, deadline)
    # The connection lets go of its socket once the headers are there.
    watch = threading.Timer(_left(deadline), _cut, [connection.sock])
    watch.daemon = True
    watch.start()
    try:
        yield connection
    finally:
        watch.cancel()
        connection.close()


def _opened(place: Url, host: str, port: int, addresses: list[str], deadline: float) -> HTTPConnection:
    for address in addresses:
        # Half of what is left, so that an address that does not answer leaves time for the next.
        seconds = _left(deadline) if address == addresses[-1] else _left(deadline) / 2
        connection = (
            HTTPSConnection(address, port, timeout=seconds, server_hostname=host, ssl_context=_tls())
            if place.scheme == "https"
            else HTTPConnection(address, port, timeout=seconds)
        )
        try:
            connection.connect()
        except (HTTPError, OSError):
            connection.close()
            if address == addresses[-1]:
                raise
            continue
        return connection
    raise AssertionError("a host has at least one address")


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _cut(open_socket: socket) -> None:
    # On the bare socket: the TLS layer's own state belongs to the thread that reads.
    with suppress(OSError):
        socket.shutdown(open_socket, SHUT_RDWR)


def _body(response: HTTPResponse, max_bytes: int) -> bytes:
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in CODINGS:
        raise FetchError(f"the answer is packed in a way that is not read ({coding[:40]}); save the page and add that")
    body = bytearray()
    while chunk := response.read(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            raise FetchError(f"larger than {max_bytes:,} bytes, the most that is fetched (NEWSGLOSS_FETCH_MAX_BYTES)")
    return bytes(body)


@contextmanager
def _errors_told(place: Url, limits: Limits, deadline: float) -> Iterator[None]:
    """Say in plain words what went wrong on the way."""
    late = f"{place.host} did not answer completely within {limits.timeout:g} seconds; try again later"
    try:
        yield
    except FetchError:
        raise
    except DecodeError as error:
        raise FetchError(f"the packed answer of {place.host} is damaged; try again later") from error
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        if time.monotonic() >= deadline or isinstance(error, TimeoutError | ReadTimeoutError):
            raise FetchError(late) from error
        if isinstance(error, ssl.SSLCertVerificationError):
            raise FetchError(f"{place.host} does not prove who it is (its certificate is not valid for it)") from error
        raise FetchError(f"{place.host} broke the connection or does not answer; try again later") from error
    if time.monotonic() >= deadline:
        raise FetchError(late)


def _left(deadline: float) -> float:
    """The seconds left, at least a moment so that a socket is never told to wait for ever."""
    return max(deadline - time.monotonic(), 0.01)


def _seconds(value: str) -> int | None:
    """The seconds that a Retry-After header asks for, as a number or as a date."""
    if value.strip().isascii() and value.strip().isdigit():
        return int(value.strip()[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0, int((aware - datetime.now(UTC)).total_seconds()))
