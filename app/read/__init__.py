"""Bytes in, raw stories out. Knows no database and no annotations."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.addresses import is_other_address, normalise_url, web_address
from app.read.address import read_address
from app.read.files import find_files, shown, why
from app.read.html import read_html
from app.read.readers import read_stories
from app.read.visit import Visitor
from app.spans import RawStory, Unreadable

__all__ = ["normalise_url", "read_address", "read_html", "read_paths", "read_places", "read_stories"]

STDIN = "standard input"


def read_places(places: Iterable[str], visitor: Visitor, *, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The stories of web addresses and of whatever `read_paths` takes."""
    for place in places:
        if web_address(place):
            yield from read_address(place, visitor, max_bytes=max_bytes)
        elif is_other_address(place):
            yield Unreadable(place, "is no address that is fetched; it should look like https://…")
        elif not place:
            # An unset variable of a shell, which as a path would be the current directory.
            yield Unreadable("“”", "names no file; say . for the current directory")
        else:
            yield from read_paths([place], max_bytes=max_bytes)


def read_paths(paths: Iterable[str | Path], *, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The stories of files, of directories with all below them, and of standard input for `-`."""
    for path in paths:
        if str(path) == "-":
            yield from read_stories(sys.stdin.buffer, STDIN, max_bytes=max_bytes)
            continue
        for found in find_files([Path(path)]):
            yield from [found] if isinstance(found, Unreadable) else _read_file(found, max_bytes)


def _read_file(path: Path, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    try:
        stream = path.open("rb")
    except OSError as error:
        yield Unreadable(shown(path), why(error))
        return
    with stream:
        yield from read_stories(stream, shown(path), max_bytes=max_bytes)
