"""The start of an XML document, looked at before a parser gets it."""

import re
from collections.abc import Iterator

from app.read.refusal import Refused

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"<([\w:.-]{1,100})")
_CLOSINGS = (("<?", "?>"), ("<!--", "-->"), ("<!", ">"))


def root_name(text: str) -> str:
    """The name of a document's first element, in lower case; "" where there is none."""
    *_, (_, end) = ((0, 0), *_prolog(text))
    name = _NAME.match(text, _after_space(text, end))
    return name[1].lower() if name else ""


def refuse_entities(text: str) -> None:
    """Refuse a document that declares entities of its own: they can grow without end, or name files of this machine.

    Raises:
        Refused: if its document type has a part of its own.
    """
    for start, end in _prolog(text):
        if text.startswith("<!", start) and not text.startswith("<!--", start) and "[" in text[start:end]:
            raise Refused("declares XML entities of its own, which are never read; remove its <!DOCTYPE […]> first")


def _prolog(text: str) -> Iterator[tuple[int, int]]:
    """Where the instructions, comments and the document type before the first element start and end."""
    at = _after_space(text, text.startswith("\ufeff"))
    while closing := next((closing for opening, closing in _CLOSINGS if text.startswith(opening, at)), None):
        end = text.find(closing, at)
        if end < 0:
            return
        yield at, end + len(closing)
        at = _after_space(text, end + len(closing))


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
