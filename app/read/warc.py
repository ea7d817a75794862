"""Web archives (WARC): each page that a server answered is a story."""

import io
import zlib
from collections.abc import Iterator
from typing import Any

from warcio.bufferedreaders import ChunkedDataReader
from warcio.recordloader import ArcWarcRecordLoader

from app.addresses import web_address
from app.read.limits import too_large
from app.read.page import is_page, read_page
from app.read.refusal import Refused
from app.read.streams import CHUNK_BYTES
from app.spans import RawStory, Unreadable

MAX_LINE_BYTES = 1 << 16
MAX_HEADER_BYTES = 1 << 20
OK = "200"
GZIP_OR_ZLIB, BARE_DEFLATE = 47, -15


class _Bounded:
    """A stream whose lines, and the headers they make up, end before they fill memory."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self.left = MAX_HEADER_BYTES

    def read(self, size: int) -> bytes:
        return self._stream.read(size)

    def readline(self, size: int = MAX_LINE_BYTES) -> bytes:
        line = self._stream.readline(min(size, MAX_LINE_BYTES))
        self.left -= len(line)
        if self.left < 0 or len(line) == MAX_LINE_BYTES:
            raise Refused("is damaged: a record's header has no end")
        return line


def read_warc(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The stories of all pages in an archive, unpacked, in its order; what is no page that was found is left out.

    Raises:
        Refused: where the archive is damaged.
    """
    bounded = _Bounded(stream)
    loader = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
    number = 0
    while status := _next_status(bounded):
        number += 1
        bounded.left = MAX_HEADER_BYTES
        record = _record(loader, bounded, status, number)
        if _is_answered_page(record):
            yield _story_of(record, f"{origin}, record {number}", max_bytes)
        while record.raw_stream.read(CHUNK_BYTES):
            pass
    if not number:
        raise Refused("the archive holds no record")


def _next_status(stream: _Bounded) -> bytes:
    """The line that begins a record, after any blank ones; empty at the end."""
    while line := stream.readline():
        stream.left = MAX_HEADER_BYTES
        if line.strip():
            break
    return line


def _record(loader: Any, stream: _Bounded, status: bytes, number: int) -> Any:
    try:
        record = loader.parse_record_stream(stream, status, "warc")
    except Refused:
        raise
    except Exception as error:
        # The library says a dozen things about a header that makes no sense, and not all of them on purpose.
        raise Refused(f"is damaged in record {number}; those before it were read") from error
    if record.length is None:
        raise Refused(f"is damaged in record {number}, which has no length; those before it were read")
    return record


def _is_answered_page(record: Any) -> bool:
    if record.rec_type != "response" or not record.http_headers:
        return False
    return record.http_headers.statusline.startswith(OK) and is_page(_header(record, "Content-Type"))


def _header(record: Any, name: str) -> str:
    return str(record.http_headers.get_header(name) or "")


def _story_of(record: Any, origin: str, max_bytes: int) -> RawStory | Unreadable:
    address = web_address(record.rec_headers.get_header("WARC-Target-URI") or "")
    try:
        if record.length > max_bytes + MAX_HEADER_BYTES:
            raise Refused(too_large(max_bytes))
        body = _body(record, max_bytes)
        return read_page(body, _header(record, "Content-Type"), address, origin, max_bytes=max_bytes)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))


def _body(record: Any, max_bytes: int) -> bytes:
    """The page's bytes, put together and unpacked; one more than `max_bytes` where there are more."""
    is_chunked = _header(record, "Transfer-Encoding").lower() == "chunked"
    stream = ChunkedDataReader(record.raw_stream) if is_chunked else record.raw_stream
    data = b"".join(iter(lambda: stream.read(CHUNK_BYTES), b""))
    coding = _header(record, "Content-Encoding").strip().lower()
    if coding in ("", "identity"):
        return data
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise Refused(f"is packed in a way that is not read ({coding[:40]})")
    for form in (GZIP_OR_ZLIB, BARE_DEFLATE):
        try:
            return zlib.decompressobj(form).decompress(data, max_bytes + 1)
        except zlib.error:
            continue
    # Some crawlers unpack a page and keep the header that says it is packed.
    return data
