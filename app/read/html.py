"""Web pages: the article's words, without the page around them."""

import io
import re
from collections.abc import Iterator
from typing import Any

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from trafilatura.settings import Document

from app.read.encoding import decode_text, decodes, mostly_utf8
from app.read.fields import story_from_fields
from app.read.limits import read_whole
from app.read.refusal import Refused
from app.spans import RawStory, Unreadable

# A page with more elements is no article, and takes the extractor minutes.
MAX_ELEMENTS = 50_000
NO_ARTICLE = "no article was found in this page; copy its text into a plain text file"

LINE, PARAGRAPH = "\n", "\n\n"
BREAKS = {
    "p": PARAGRAPH,
    "head": PARAGRAPH,
    "quote": PARAGRAPH,
    "list": PARAGRAPH,
    "table": PARAGRAPH,
    "item": LINE,
    "row": LINE,
    "lb": LINE,
}
# Inside these every break is one line's.
ROWS = {"list", "table"}

_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# Browsers read these names as Windows-1252, so that is what pages mean by them.
_LATIN = {"ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1"}
_SENTENCE_END = re.compile(r"\w[.!?…。！？][\"'”’»)\]]*(?:\s|$)")
_DATES = {"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%dT%H:%M:%S%z"}


def read_html_file(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The one story of a page."""
    yield read_html(_decode_page(read_whole(stream, max_bytes)), origin)


def read_html(html: str, origin: str, url: str | None = None) -> RawStory | Unreadable:
    """The story of a page or a part of one: `url` is where it came from, if the page does not say so itself.

    Paragraphs, headings and block quotes are separated by a blank line, list items and table rows by a line break.
    """
    try:
        return _story_of_page(html, origin, url)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))


def _story_of_page(html: str, origin: str, url: str | None) -> RawStory:
    page = _extracted(html, url)
    blocks = [block for block in text_of(page.body).split(PARAGRAPH) if block]
    title = " ".join((page.title or "").split())
    if blocks and " ".join(blocks[0].split()) == title:
        del blocks[0]
    text = PARAGRAPH.join(blocks)
    if not _SENTENCE_END.search(text):
        raise Refused(NO_ARTICLE)
    fields = {"title": title, "outlet": page.sitename, "url": url or page.url, "published_at": page.date}
    about = {"byline": page.author, "description": page.description}
    return story_from_fields(text, fields | {name: words for name, words in about.items() if words}, origin)


def _extracted(html: str, url: str | None) -> Document:
    """The page as the extractor sees it.

    Raises:
        Refused: if the page is too large, or holds no article.
    """
    # A NUL or half a character would end the text for the parser; browsers show nothing for them either.
    clean = re.sub("[\x00\ud800-\udfff]", "", html)
    try:
        tree = trafilatura.load_html(f"<html><body>{clean}</body></html>" if _is_fragment(clean) else clean)
        if tree is None:
            raise Refused(NO_ARTICLE)
        _prepare(tree)
        page = trafilatura.bare_extraction(
            tree, url=url, include_comments=False, with_metadata=True, date_extraction_params=_DATES
        )
    except Refused:
        raise
    except Exception as error:
        # The extractor was written for the pages there are; what a made-up one does to it must not stop the others.
        raise Refused(f"{NO_ARTICLE} ({type(error).__name__})") from error
    if not isinstance(page, Document):
        raise Refused(NO_ARTICLE)
    return page


def _is_fragment(html: str) -> bool:
    return not re.search(r"<(?:html|body)\b", html[:10_000], re.IGNORECASE)


def _prepare(tree: HtmlElement) -> None:
    for number, _ in enumerate(tree.iter()):
        if number > MAX_ELEMENTS:
            raise Refused(f"the page has more than {MAX_ELEMENTS:,} elements; copy its text into a plain text file")
    # The extractor drops a block that is all link; in a block quote the words matter.
    for link in list(tree.iterfind(".//blockquote//a")):
        link.drop_tag()


def text_of(body: Any) -> str:
    """The words of an extracted body (an lxml element in the extractor's vocabulary), block by block."""
    pieces: list[str] = []
    rows = quotes = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag, starts = element.tag, event == "start"
        if tag in ROWS and not starts:
            rows -= 1
        if tag in BREAKS:
            _add_break(pieces, LINE if rows else BREAKS[tag])
        if tag in ROWS and starts:
            rows += 1
        quotes += (tag == "quote") * (1 if starts else -1)
        if tag == "cell" and not starts and element.getnext() is not None:
            pieces.append(" | ")
        words = (element.text if starts else element.tail) or ""
        # Where the extractor fell back to bare lines, each line was a block; elsewhere they only wrap the source.
        for number, line in enumerate(words.split("\n") if tag == "p" and starts and not quotes else [words]):
            if number:
                _add_break(pieces, PARAGRAPH)
            pieces.append(re.sub(r"\s+", " ", line))
    return re.sub(r" ?(\n+) ?", r"\1", "".join(pieces)).strip()


def _add_break(pieces: list[str], strength: str) -> None:
    """End the block; of several breaks in a row only the strongest counts."""
    while pieces and not pieces[-1].strip(" "):
        pieces.pop()
    if pieces and pieces[-1] in (LINE, PARAGRAPH):
        strength = max(strength, pieces.pop())
    pieces.append(strength)


def _decode_page(data: bytes) -> str:
    """The characters of a page: UTF-8 if it is that, else as it declares, else as a text would be read."""
    if decodes(data, "utf-8"):
        return data.decode()
    if mostly_utf8(data):
        return data.decode(errors="replace")
    declared = _CHARSET.search(data[:4096])
    charset = declared[1].decode().lower() if declared else ""
    charset = "cp1252" if charset in _LATIN else charset
    if charset and decodes(data, charset):
        return data.decode(charset)
    return decode_text(data)[0]
