"""The stories of a file in any format we read."""

import io
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import BinaryIO

from app.read import compressed, encoding
from app.read.allowance import Allowance
from app.read.feedfile import read_feed_file
from app.read.files import why
from app.read.html import read_html_file
from app.read.jsondocument import read_json_document
from app.read.jsonlines import read_json_lines
from app.read.members import Member
from app.read.plain import read_plain
from app.read.refusal import Refused
from app.read.sniff import Format, sniff
from app.read.streams import buffered, chunks_of, peek
from app.read.table import read_csv
from app.read.tars import tar_members
from app.read.warc import read_warc
from app.read.zips import zip_members
from app.spans import RawStory, Unreadable

Reader = Callable[[io.BufferedReader, str, int], Iterator[RawStory | Unreadable]]
Archive = Callable[[io.BufferedReader, str, Allowance], Iterator[Member | Unreadable]]

READERS: dict[Format, Reader] = {
    Format.HTML: read_html_file,
    Format.JSON_LINES: read_json_lines,
    Format.JSON_DOCUMENT: read_json_document,
    Format.FEED: read_feed_file,
    Format.CSV: read_csv,
    Format.WARC: read_warc,
    Format.PLAIN: read_plain,
}
ARCHIVES: dict[Format, Archive] = {Format.ZIP: zip_members, Format.TAR: tar_members}
# An archive, and archives in it.
MAX_DEPTH = 2

UTF8_MARK = b"\xef\xbb\xbf"
# What reading may meet in the middle of a file.
BREAKS = (*compressed.DAMAGE, UnicodeError, Refused, OSError)


def read_stories(stream: BinaryIO, origin: str, *, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The stories of one file in any format we read, in order, each failure with its reason.

    Args:
        stream: The file's bytes; read once from front to end, need not be seekable.
        origin: Its name, for messages; the suffix is a hint where the content leaves the format open.
        max_bytes: The most one story may take, as it is read.
    """
    allowance = Allowance()

    def counted() -> Iterator[bytes]:
        for chunk in chunks_of(stream):
            allowance.packed += len(chunk)
            yield chunk

    yield from _read_reporting(counted(), origin, max_bytes, allowance, 0)


def _read_reporting(
    chunks: Iterator[bytes], origin: str, max_bytes: int, allowance: Allowance, depth: int
) -> Iterator[RawStory | Unreadable]:
    count = 0
    found: RawStory | Unreadable | None = None
    try:
        for found in _read(chunks, origin, max_bytes, allowance, depth):
            count += isinstance(found, RawStory)
            yield found
    except BREAKS as error:
        yield Unreadable(origin, _reason(error, count))
        return
    if found is None:
        yield Unreadable(origin, "the file holds no story")


def _read(
    chunks: Iterator[bytes], origin: str, max_bytes: int, allowance: Allowance, depth: int
) -> Iterator[RawStory | Unreadable]:
    head, chunks = _unwrapped(chunks, allowance)
    if not head:
        # Reads on to the break, if a break is why there is nothing.
        deque(chunks, maxlen=0)
        raise Refused("the file is empty")
    found = sniff(head, origin)
    if found not in ARCHIVES:
        yield from READERS[found](buffered(chunks), origin, max_bytes)
        return
    if depth == MAX_DEPTH:
        raise Refused("is an archive in an archive in an archive; unpack it yourself and add the files")
    for member in ARCHIVES[found](buffered(chunks), origin, allowance):
        if isinstance(member, Unreadable):
            yield member
        else:
            yield from _read_reporting(member.chunks, f"{origin}/{member.name}", max_bytes, allowance, depth + 1)
        # Said of the file that spent it, and now of the archive, whose other files are not tried.
        allowance.check()


def _unwrapped(chunks: Iterator[bytes], allowance: Allowance) -> tuple[bytes, Iterator[bytes]]:
    """The start and all of a file, unpacked and in UTF-8 where a byte order mark says it is Unicode."""
    head, chunks = peek(chunks, BREAKS)
    if head.startswith(compressed.MAGIC):
        head, chunks = peek(compressed.unpacked(chunks, allowance), BREAKS)
        if head.startswith(compressed.MAGIC):
            raise Refused("is compressed twice; unpack it once")
    if head.startswith(encoding.UTF16_MARKS):
        head, chunks = peek(encoding.utf8_from_utf16(chunks), BREAKS)
    if head.startswith(UTF8_MARK):
        head = head.removeprefix(UTF8_MARK)
        chunks = chain([next(chunks).removeprefix(UTF8_MARK)], chunks)
    return head, chunks


def _reason(error: Exception, count: int) -> str:
    if isinstance(error, Refused):
        return str(error)
    before = f"; the stories before that ({count}) were read" if count else ""
    if isinstance(error, EOFError):
        return f"the gzip data are cut off{before}"
    if isinstance(error, compressed.DAMAGE):
        return f"the gzip data are damaged{before}"
    if isinstance(error, OSError):
        return f"{why(error)}{before}"
    return f"is not valid UTF-16; {encoding.SAVE_AS_UTF8}{before}"
