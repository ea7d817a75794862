"""Plain text, with or without a small header like that of a mail."""

import io
import re
from collections.abc import Iterator
from typing import Any

from app.read.encoding import decode_text
from app.read.fields import story_from_fields
from app.read.limits import read_whole
from app.read.refusal import Refused
from app.spans import RawStory

HEADER_FIELDS = {
    "title": "title",
    "outlet": "outlet",
    "published": "published_at",
    "url": "url",
    "invented": "invented",
}
TRUTH = {"yes": True, "true": True, "no": False, "false": False}
MAX_HEADER_CHARS = 5_000

_LINE = rf"({'|'.join(HEADER_FIELDS)})[ \t]*:([^\r\n]*)(?:\r\n|\n|\r)"
_HEADER_LINE = re.compile(_LINE, re.IGNORECASE)
_HEADER = re.compile(rf"(?:{_LINE})+[ \t]*(?:\r\n|\n|\r)", re.IGNORECASE)


def read_plain(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory]:
    """The one story of a text file, its text exactly as it stands after the header."""
    text, guessed = decode_text(read_whole(stream, max_bytes))
    fields, start = read_header(text)
    if guessed:
        fields["encoding"] = guessed
    yield story_from_fields(text[start:], fields, origin)


def read_header(text: str) -> tuple[dict[str, Any], int]:
    """The fields of a text's header and where the text after it starts; nothing and 0 where there is none.

    A header is what stands before the first blank line, if every line of it is `Key: value` with a known key.

    Raises:
        Refused: if a key comes twice, or `Invented` is neither yes nor no.
    """
    found = _HEADER.match(text, 0, MAX_HEADER_CHARS)
    if found is None:
        return {}, 0
    fields: dict[str, Any] = {}
    for key, value in _HEADER_LINE.findall(found[0]):
        name = HEADER_FIELDS[key.lower()]
        if name in fields:
            raise Refused(f"the header gives “{key}” twice")
        fields[name] = truth(value, "the header's") if name == "invented" else value.strip()
    return fields, found.end()


def truth(value: str, whose: str) -> bool:
    """Whether "Invented" says yes.

    Raises:
        Refused: if it says neither yes nor no.
    """
    try:
        return TRUTH[value.strip().lower()]
    except KeyError as error:
        raise Refused(f"{whose} “Invented” should be yes or no, not “{value.strip()[:40]}”") from error
