"""What format some bytes are: told by the content, by the name only where the content leaves it open."""

import json
import re
from enum import Enum
from pathlib import PurePath

from app.read.feed import ROOTS
from app.read.refusal import Refused
from app.read.table import WORDS, delimiter_of, known_columns
from app.read.xml import refuse_entities, root_name


class Format(Enum):
    """The formats we read."""

    HTML = "HTML"
    JSON_LINES = "JSON Lines"
    JSON_DOCUMENT = "JSON"
    FEED = "feeds"
    CSV = "CSV"
    WARC = "web archives (WARC)"
    ZIP = "zip"
    TAR = "tar"
    PLAIN = "plain text"


ACCEPTED = "plain text, HTML, JSON Lines, ninjs, CSV, feeds, WARC, and gzip, zip or tar of these"

# What is often added by mistake, by the bytes at its start.
MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a WebP image or a sound"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"{\\rtf", "a Rich Text document"),
    (b"ID3", "a sound"),
)
TAR_AT, TAR_MAGIC = 257, b"ustar"

SUFFIXES = {
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
    ".json": Format.JSON_DOCUMENT,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".tar": Format.TAR,
}

_JSON_FEED = re.compile(rb'"version"\s*:\s*"https:(?:\\?/){2}jsonfeed\.org')
_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(
    rb"</?(?:a|article|b|blockquote|body|br|div|em|h[1-6]|head|i|img|li|meta|p|script|section|span|strong|title|ul)"
    rb"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_KEY = rb'"(?:[^"\\\n]|\\.)*"\s*:'
_OBJECT = re.compile(rb"\s*\{\s*(?:" + _KEY + rb"|\})")
_ARRAY = re.compile(rb"\s*\[\s*\{\s*(?:" + _KEY + rb"|\})")
MANY_TAGS = 4


def sniff(head: bytes, name: str) -> Format:
    """The format of a file with this start (UTF-8 or an older encoding, unpacked) and this name.

    Raises:
        Refused: if it is a known format that we do not read.
    """
    _refuse_known(head)
    marked = _by_mark(head)
    if marked:
        return marked
    if _PAGE.match(head):
        return Format.HTML
    text = head.decode(errors="replace")
    refuse_entities(text)
    if root_name(text) in ROOTS or (_OBJECT.match(head) and _JSON_FEED.search(head)):
        return Format.FEED
    if head.lstrip().startswith(b"<") and len(_TAG.findall(head)) >= MANY_TAGS:
        return Format.HTML
    hint = SUFFIXES.get(_suffix(name))
    if _ARRAY.match(head):
        return Format.JSON_DOCUMENT
    if _OBJECT.match(head):
        return Format.JSON_LINES if _first_line_is_whole(head) else Format.JSON_DOCUMENT
    return hint or (Format.CSV if _is_table(head) else Format.PLAIN)


def _refuse_known(head: bytes) -> None:
    name = next((name for magic, name in MAGIC if head.startswith(magic)), None)
    if name:
        raise Refused(f"is {name}, which is not read; what is read: {ACCEPTED}")


def _by_mark(head: bytes) -> Format | None:
    """The format of what begins with a mark of its own."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Format.ZIP
    if head.startswith(b"WARC/"):
        return Format.WARC
    return Format.TAR if head.startswith(TAR_MAGIC, TAR_AT) else None


def _is_table(head: bytes) -> bool:
    """Whether the first line names the columns of a table of stories."""
    header = head.partition(b"\n")[0].decode(errors="replace")
    known = known_columns(header, delimiter_of(header))
    return bool(known & WORDS) and len(known) > 1


def _suffix(name: str) -> str:
    path = PurePath(name.lower())
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix


def _first_line_is_whole(head: bytes) -> bool:
    """Whether the first line is a JSON value, or goes on beyond the head (pretty-printed JSON has short lines)."""
    line, line_break, _ = head.lstrip().partition(b"\n")
    if not line_break:
        return True
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True
