"""OPML, the format in which feed readers hand lists of feeds to each other."""

from dataclasses import dataclass

from lxml import etree

from app.addresses import web_address
from app.read.html import decode_page
from app.read.refusal import Refused
from app.read.xml import refuse_entities, root_name

MAX_BYTES = 5_000_000
MAX_FEEDS = 5_000


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that a list names."""

    url: str
    title: str


def read_opml(data: bytes) -> list[Subscription]:
    """The feeds of an OPML list, each once, in its order; folders do not count.

    Raises:
        Refused: if it is no OPML, is too large, declares entities of its own, or names no feed.
    """
    if len(data) > MAX_BYTES:
        raise Refused(f"larger than {MAX_BYTES:,} bytes, the most for a list of feeds")
    text = decode_page(data).lstrip("\ufeff \t\r\n")
    if root_name(text) != "opml":
        raise Refused("is no OPML list of feeds; feed readers export one")
    refuse_entities(text)
    found = {
        url: Subscription(url, " ".join((outline.get("title") or outline.get("text") or "").split()))
        for outline in _parsed(text).iter("outline")
        if (url := web_address(outline.get("xmlUrl") or outline.get("xmlurl") or ""))
    }
    if not found:
        raise Refused("the list names no feed")
    if len(found) > MAX_FEEDS:
        raise Refused(f"names more than {MAX_FEEDS:,} feeds; split it")
    return list(found.values())


def _parsed(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(text.encode(errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        raise Refused(f"is damaged: {error.msg}") from error
    if root is None:
        raise Refused("is damaged")
    return root
