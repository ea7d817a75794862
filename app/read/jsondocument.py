"""JSON that is one document: an object over several lines, or an array of objects."""

import io
from collections.abc import Iterator
from itertools import chain

from app.read.jsonlines import parse, read_json_lines, story_of
from app.read.limits import too_large
from app.read.refusal import Refused
from app.read.streams import buffered, chunks_of
from app.spans import RawStory, Unreadable


def read_json_document(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The story of an object or the stories of an array; read as JSON Lines where it is not one document.

    Raises:
        Refused: if it is broken, or an array of more than `max_bytes`.
    """
    data = stream.read(max_bytes + 1)
    if _has_several_objects(data):
        yield from read_json_lines(buffered(chain([data], chunks_of(stream))), origin, max_bytes)
        return
    if len(data) > max_bytes:
        raise Refused(f"{too_large(max_bytes)}; make an array JSON Lines, for example with jq -c '.[]'")
    if not data.strip():
        raise Refused("the file is empty")
    document = parse(data)
    if not isinstance(document, list):
        yield story_of(document, origin)
        return
    if not document:
        raise Refused("holds no story")
    for number, value in enumerate(document, 1):
        yield _item(value, f"{origin}, item {number}")


def _has_several_objects(data: bytes) -> bool:
    """Whether it has lines that each begin an object, as JSON Lines has with the first of them broken."""
    return not data.lstrip().startswith(b"[") and b"\n{" in data.lstrip()


def _item(value: object, origin: str) -> RawStory | Unreadable:
    try:
        return story_of(value, origin)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))
