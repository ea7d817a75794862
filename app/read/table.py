"""CSV: one story a row, columns named like the keys of JSON Lines."""

import csv
import io
import re
import sys
from collections.abc import Iterator
from itertools import islice

from app.read.encoding import SAVE_AS_UTF8, decodes, guess_encoding, mostly_utf8
from app.read.jsonlines import story_of
from app.read.limits import too_large
from app.read.plain import truth
from app.read.refusal import Refused
from app.spans import RawStory, Unreadable

WORDS = {"text", "html"}
COLUMNS = WORDS | {"id", "title", "url", "outlet", "publisher", "published_at", "invented"}
DELIMITERS = ",;\t|"

# The module's own limit is 128 KiB for one cell, less than a story may have; here a whole row is bounded.
csv.field_size_limit(sys.maxsize)

_WRONG_BYTE = re.compile("[\udc80-\udcff]")


class _Lines:
    """A file's lines as text, at most `max_bytes` of them for one row."""

    def __init__(self, stream: io.BufferedReader, encoding: str, max_bytes: int) -> None:
        self._stream, self._encoding, self._max_bytes = stream, encoding, max_bytes
        self._left = max_bytes

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise Refused(f"one row is {too_large(self._max_bytes)}; or a quotation mark is never closed")
        # Wrong bytes make one row unreadable, not those after it: see `_story_of_row`.
        return line.decode(self._encoding, "surrogateescape")

    def start_row(self) -> None:
        """Count anew."""
        self._left = self._max_bytes


def read_csv(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The story, or what is wrong, of each row that is not blank; origins end in the row's number, the header's is 1.

    Raises:
        Refused: if the header names no column with words, a row is too large, or the file is no CSV.
    """
    lines = _Lines(stream, _encoding_of(stream.peek()), max_bytes)
    first = next(lines)
    delimiter = delimiter_of(first)
    names = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter))]
    _check(names)
    lines.start_row()
    rows = csv.reader(lines, delimiter=delimiter)
    number = 1
    try:
        for number, row in enumerate(rows, 2):
            lines.start_row()
            if any(cell.strip() for cell in row):
                yield _story_of_row(row, names, f"{origin}, row {number}")
    except csv.Error as error:
        raise Refused(f"is not CSV after row {number} ({error}); the rows before that were read") from error


def delimiter_of(header: str) -> str:
    """What separates the cells: with which the header has the most columns that we know."""
    return max(DELIMITERS, key=lambda each: (len(known_columns(header, each)), header.count(each)))


def known_columns(header: str, delimiter: str) -> set[str]:
    """The columns of a header line that have a meaning here."""
    return {name.strip(' "\r\n').lower() for name in header.split(delimiter)} & COLUMNS


def _encoding_of(head: bytes) -> str:
    whole = head[: head.rfind(b"\n") + 1] or head
    if decodes(whole, "utf-8") or mostly_utf8(whole):
        return "utf-8"
    guessed = guess_encoding(whole)
    if guessed is None:
        raise Refused(f"is neither UTF-8 nor another encoding that can be told; {SAVE_AS_UTF8}")
    return guessed


def _check(names: list[str]) -> None:
    if not WORDS & set(names):
        raise Refused("has no column `text` (or `html`) in its first row; name the columns like the keys of JSON Lines")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise Refused(f"has two columns “{twice[:40]}”")


def _story_of_row(row: list[str], names: list[str], origin: str) -> RawStory | Unreadable:
    if any(cell.strip() for cell in islice(row, len(names), None)):
        return Unreadable(origin, f"has {len(row)} cells, but the first row only {len(names)}")
    if _WRONG_BYTE.search("".join(row)):
        return Unreadable(origin, f"is not valid UTF-8; {SAVE_AS_UTF8}")
    fields: dict[str, object] = {name: cell for name, cell in zip(names, row, strict=False) if name and cell.strip()}
    try:
        if "invented" in fields:
            fields["invented"] = truth(str(fields["invented"]), "the column")
        return story_of(fields, origin)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))
