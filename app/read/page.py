"""A page as a server sent it."""

import re

from app.read.html import decode_page, read_html
from app.read.limits import too_large
from app.read.refusal import Refused
from app.spans import RawStory, Unreadable

PAGES = {"text/html", "application/xhtml+xml"}

_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def is_page(content_type: str) -> bool:
    """Whether a Content-Type header says that this is a web page."""
    return content_type.partition(";")[0].strip().lower() in PAGES


def charset_of(content_type: str) -> str | None:
    """The encoding that a Content-Type header names."""
    found = _CHARSET.search(content_type)
    return found[1] if found else None


def read_page(
    body: bytes, content_type: str, address: str | None, origin: str, *, max_bytes: int
) -> RawStory | Unreadable:
    """The story of a page: what its header says about the encoding counts.

    Raises:
        Refused: if it is larger than `max_bytes`, or in an encoding that cannot be told.
    """
    if len(body) > max_bytes:
        raise Refused(too_large(max_bytes))
    return read_html(decode_page(body, charset_of(content_type)), origin, address)
