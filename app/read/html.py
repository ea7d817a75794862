"""Web pages: the article's words, without the page around them."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import trafilatura
from lxml import etree
from lxml.html import HtmlElement, document_fromstring
from trafilatura.settings import DEFAULT_CONFIG, Document

from app.read.encoding import decode_text, decodes, mostly_utf8
from app.read.fields import story_from_fields
from app.read.head import address_of, language_of
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

# Below 250 characters the extractor would fall back to one line for all; news in brief is shorter.
_EXTRACTOR = deepcopy(DEFAULT_CONFIG)
_EXTRACTOR["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "100"

_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# Browsers read these names as Windows-1252, so that is what pages mean by them.
_LATIN = {"ascii", "iso8859-1"}
# What browsers read; among what else Python knows some take minutes for a page made for it.
_CHARSETS = {
    "big5", "cp866", "cp874", "euc_jp", "euc_kr", "gb18030", "gb2312", "gbk", "iso2022_jp", "koi8-r", "koi8-u",
    "mac-cyrillic", "mac-roman", "shift_jis", "utf-16", "utf-16-be", "utf-16-le",
    *(f"cp{number}" for number in range(1250, 1259)), *(f"iso8859-{number}" for number in range(2, 17)),
}  # fmt: skip
_SENTENCE_END = re.compile(r"\w[.!?…。！？][\"'”’»)\]]*(?:\s|$)")
_REFERENCES = re.compile(r"\s*(?:references?|sources?|via)\s*:?\s*", re.IGNORECASE)
_DATES = {"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%dT%H:%M:%S%z"}


def read_html_file(stream: io.BufferedReader, origin: str, max_bytes: int) -> Iterator[RawStory | Unreadable]:
    """The one story of a page."""
    yield read_html(decode_page(read_whole(stream, max_bytes)), origin)


def read_html(html: str, origin: str, url: str | None = None) -> RawStory | Unreadable:
    """The story of a page or a part of one: `url` is where it came from, which may name a better address on its host.

    Paragraphs, headings and block quotes are separated by a blank line, list items and table rows by a line break.
    """
    try:
        return _story_of_page(html, origin, url)
    except Refused as refusal:
        return Unreadable(origin, str(refusal))


def _story_of_page(html: str, origin: str, url: str | None) -> RawStory:
    tree = _tree(html)
    about = {"language": language_of(tree)}
    address = address_of(tree, url) if url else None
    page = _extracted(tree, url)
    blocks = [block for block in text_of(page.body).split(PARAGRAPH) if block]
    title = " ".join((page.title or "").split())
    if blocks and " ".join(blocks[0].split()) == title:
        del blocks[0]
    text = PARAGRAPH.join(blocks)
    if not _SENTENCE_END.search(text):
        raise Refused(NO_ARTICLE)
    fields = {"title": title, "outlet": page.sitename, "url": address or page.url, "published_at": page.date}
    about |= {"byline": page.author, "description": page.description}
    return story_from_fields(text, fields | {name: words for name, words in about.items() if words}, origin)


def _tree(html: str) -> HtmlElement:
    """The page's elements.

    Raises:
        Refused: if there are too many, or none.
    """
    # A NUL or half a character would end the text for the parser; browsers show nothing for them either.
    clean = re.sub("[\x00\ud800-\udfff]", "", html)
    with _no_article_told():
        tree = trafilatura.load_html(f"<html><body>{clean}</body></html>" if _is_fragment(clean) else clean)
    if tree is None:
        raise Refused(NO_ARTICLE)
    for number, _ in enumerate(tree.iter()):
        if number > MAX_ELEMENTS:
            raise Refused(f"the page has more than {MAX_ELEMENTS:,} elements; copy its text into a plain text file")
    return tree


def _extracted(tree: HtmlElement, url: str | None) -> Document:
    """The page as the extractor sees it.

    Raises:
        Refused: if it holds no article.
    """
    with _no_article_told():
        _prepare(tree)
        page = trafilatura.bare_extraction(
            tree, url=url, config=_EXTRACTOR, include_comments=False, with_metadata=True, date_extraction_params=_DATES
        )
    if not isinstance(page, Document):
        raise Refused(NO_ARTICLE)
    return page


@contextmanager
def _no_article_told() -> Iterator[None]:
    """The extractor was written for the pages there are; what a made-up one does to it must not stop the others."""
    try:
        yield
    except Exception as error:
        raise Refused(f"{NO_ARTICLE} ({type(error).__name__})") from error


def _is_fragment(html: str) -> bool:
    return not re.search(r"<(?:html|body)\b", html[:10_000], re.IGNORECASE)


def _prepare(tree: HtmlElement) -> None:
    # The extractor drops a block that is all link; in a block quote and a list of references the words matter.
    for block in [*tree.iterfind(".//blockquote"), *_reference_lists(tree)]:
        for link in list(block.iterfind(".//a")):
            link.drop_tag()


def _reference_lists(tree: HtmlElement) -> Iterator[HtmlElement]:
    for heading in tree.iter("h2", "h3", "h4", "h5", "h6", "p", "b", "strong"):
        after = heading.getnext()
        if after is not None and after.tag in ("ul", "ol") and _REFERENCES.fullmatch(heading.text_content()):
            yield after


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


def bare_text(html: str) -> str:
    """All words of a piece of HTML on one line, whatever they are; "" where nothing can be made of it."""
    try:
        return " ".join(document_fromstring(f"<div>{html}</div>").text_content().split())
    except (etree.LxmlError, ValueError):
        return ""


def decode_page(data: bytes, charset: str | None = None) -> str:
    """The characters of a page: UTF-8 if it is that, else in the `charset` its server or else itself declares.

    Where none is declared, or it cannot be that, it is read as a text would be.

    Raises:
        Refused: if it is in no encoding that can be told.
    """
    if decodes(data, "utf-8"):
        return data.decode()
    if mostly_utf8(data):
        return data.decode(errors="replace")
    in_page = _CHARSET.search(data[:4096])
    for declared in (charset, in_page[1].decode() if in_page else None):
        name = _python_name(declared or "")
        if name in _CHARSETS and decodes(data, name):
            return data.decode(name)
    return decode_text(data)[0]


def _python_name(charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    return "cp1252" if name in _LATIN else name
