"""The stories that a web address leads to."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import islice
from urllib.parse import urlsplit

from app.read.fetch import Fetched
from app.read.fields import optional_text
from app.read.jsonlines import parse, read_object, with_fields, words_of
from app.read.page import is_page, read_page
from app.read.readers import read_stories
from app.read.refusal import Refused
from app.read.sniff import Format, sniff
from app.read.streams import CHUNK_BYTES
from app.read.visit import Visitor
from app.spans import RawStory, Unreadable

OK = 200
SAYS_NO = {
    401: "wants a name and password; save the page from your browser and add the file",
    403: "does not let programs see it; save the page from your browser and add the file",
    404: "says that there is nothing at this address",
    410: "says that what was at this address is gone",
    429: "asks us to come back later",
}


def read_address(url: str, visitor: Visitor, *, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The stories an address leads to: of a page its article, of a feed or another file we read all that are in it.

    Args:
        url: An http or https address; redirects are followed.
        visitor: Who fetches it, with manners and limits.
        max_bytes: The most one story may take.
    """
    try:
        answer = visitor.fetch(url)
        _check(answer)
        yield from _read_answer(answer, url, max_bytes)
    except Refused as refusal:
        yield Unreadable(url, str(refusal))


def read_sent(data: bytes, origin: str, visitor: Visitor, *, max_bytes: int) -> RawStory | Unreadable:
    """The story of one JSON object; where it holds a `url` and no words, those are fetched from there."""
    try:
        fields, text, html = words_of(parse(data))
        url = optional_text(fields.pop("url", None), "url")
        if text is not None or html is not None or url is None:
            return read_object(data, origin)
        found = list(islice(read_address(url, visitor, max_bytes=max_bytes), 2))
        if len(found) > 1:
            raise Refused(f"cannot be told: {url} holds several; send the address of one")
        return with_fields(found[0], fields)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))


def _check(answer: Fetched) -> None:
    if answer.status != OK:
        told = SAYS_NO.get(answer.status, f"answers with status {answer.status}; try again later")
        raise Refused(f"the server {told}")


def _read_answer(answer: Fetched, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    name = "page.html" if is_page(answer.content_type) else urlsplit(answer.url).path
    if sniff(answer.body[:CHUNK_BYTES], name) is Format.HTML:
        yield read_page(answer.body, answer.content_type, answer.url, origin, max_bytes=max_bytes)
        return
    found = read_stories(BytesIO(answer.body), origin, max_bytes=max_bytes)
    first, second = next(found), next(found, None)
    if second is None:
        # The file is the story, so where the file is, is the story's address.
        yield replace(first, url=first.url or answer.url) if isinstance(first, RawStory) else first
        return
    yield first
    yield second
    yield from found
