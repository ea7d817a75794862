"""Bytes to characters, without guessing where that can be avoided."""

import codecs
import re
from collections.abc import Iterator

from charset_normalizer import from_bytes

from app.read.refusal import Refused

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAVE_AS_UTF8 = "save it as UTF-8 and add it again"

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def utf8_from_utf16(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Chunks of UTF-16 with a byte order mark as chunks of UTF-8 without one."""
    return (text.encode() for text in codecs.iterdecode(chunks, "utf-16"))


def decode_text(data: bytes) -> tuple[str, str | None]:
    """The characters of a text and, where it is not UTF-8, the encoding that was guessed.

    Raises:
        Refused: if the data are binary, damaged UTF-8, or in an encoding that cannot be told.
    """
    if b"\x00" in data:
        raise Refused(f"holds NUL characters, so it is no plain text (or UTF-16 without its mark); {SAVE_AS_UTF8}")
    try:
        return data.decode(), None
    except UnicodeDecodeError as error:
        if mostly_utf8(data):
            raise Refused(f"is not valid UTF-8 at byte {error.start + 1}; {SAVE_AS_UTF8}") from error
    guessed = guess_encoding(data)
    if guessed is None:
        raise Refused(f"is neither UTF-8 nor another encoding that can be told; {SAVE_AS_UTF8}")
    return data.decode(guessed), guessed


def mostly_utf8(data: bytes) -> bool:
    """Whether data that are no valid UTF-8 are UTF-8 with some damage."""
    text = data.decode(errors="replace")
    broken = text.count("\ufffd")
    return sum(not char.isascii() for char in text) - broken > broken


def guess_encoding(data: bytes) -> str | None:
    """The encoding of a text that is not UTF-8: Windows-1252 where that reads well, as nearly all English text does."""
    if _CONTROL.search(data):
        return None
    best = from_bytes(data, cp_isolation=["cp1252"]).best() or from_bytes(data).best()
    return best.encoding if best and decodes(data, best.encoding) else None


def decodes(data: bytes, encoding: str) -> bool:
    """Whether the data are valid in a known encoding."""
    try:
        data.decode(encoding)
    except (LookupError, ValueError):
        return False
    return True
