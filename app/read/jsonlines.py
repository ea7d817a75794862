"""JSON Lines: one story a line, in our keys or as ninjs, read line by line however large the file."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.read.fields import optional_text, story_from_fields
from app.read.html import read_html
from app.read.limits import too_large
from app.read.ninjs import from_ninjs, is_ninjs
from app.read.refusal import Refused
from app.read.streams import CHUNK_BYTES
from app.spans import RawStory, Unreadable


def read_json_lines(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The story, or what is wrong, of each line that is not blank; origins end in the line's number."""
    number = 0
    while line := stream.readline(max_bytes + 1):
        number += 1
        place = f"{origin}:{number}"
        if len(line) > max_bytes and not line.endswith(b"\n"):
            _skip_line(stream)
            yield Unreadable(place, too_large(max_bytes))
        elif line.strip():
            yield read_object(line.rstrip(b"\r\n"), place)


def read_object(line: bytes, origin: str) -> RawStory | Unreadable:
    """The story of one JSON object."""
    try:
        return story_of(parse(line), origin)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))


def parse(data: bytes) -> Any:
    """The JSON value of some bytes.

    Raises:
        Refused: with the column (and in several lines, the line) where the JSON breaks.
    """
    try:
        return json.loads(data.decode())
    except UnicodeDecodeError as error:
        raise Refused(f"is not valid UTF-8 at byte {error.start + 1}; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise Refused(f"is not valid JSON at {line}column {error.colno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Refused("is JSON nested too deeply, or with a number of thousands of digits") from error


def story_of(value: object, origin: str) -> RawStory:
    """The story of a JSON value.

    Raises:
        Refused: if it is no object, has neither `text` nor `html`, or a field has the wrong shape.
    """
    fields, text, html = words_of(value)
    if text is not None:
        return story_from_fields(text, fields, origin)
    if html is None:
        raise Refused("has no words in `text` (or `html`)")
    return with_fields(read_html(html, origin), fields)


def words_of(value: object) -> tuple[dict[str, Any], str | None, str | None]:
    """The fields, `text` and `html` of a JSON value.

    Raises:
        Refused: if it is no object, or its words are no strings.
    """
    if not isinstance(value, dict):
        raise Refused('is no JSON object; a story is {"text": "…", "title": "…", …}')
    fields = from_ninjs(value) if is_ninjs(value) else dict(value)
    text = optional_text(fields.pop("text", None), "text")
    html = optional_text(fields.pop("html", None), "html")
    return fields, text, html


def with_fields(page: RawStory | Unreadable, fields: dict[str, Any]) -> RawStory:
    """The story of a page with these fields, which count more than what the page says.

    Raises:
        Refused: if the page holds no story, or a field has the wrong shape.
    """
    if isinstance(page, Unreadable):
        raise Refused(page.reason)
    given = story_from_fields(page.text, fields, page.origin)
    title_given = bool(fields.get("title")) and not given.title_is_ours
    return replace(
        given,
        title=given.title if title_given else page.title,
        title_is_ours=False if title_given else page.title_is_ours,
        url=given.url or page.url,
        outlet=given.outlet or page.outlet,
        published_at=given.published_at or page.published_at,
        extra=page.extra | given.extra,
    )


def _skip_line(stream: io.BufferedReader) -> None:
    """Read on to the end of the line without keeping it."""
    while piece := stream.readline(CHUNK_BYTES):
        if piece.endswith(b"\n"):
            return
