"""Where a web page says that its feed is."""

from urllib.parse import urljoin

from lxml import html as lxml_html
from lxml.etree import LxmlError

from app.addresses import web_address
from app.read.html import decode_page
from app.read.refusal import Refused

FEEDS = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
# Such links stand in a page's head.
HEAD_CHARS = 500_000


def feed_link(body: bytes, address: str) -> str | None:
    """The address of the first feed that a page names, if it names one; `address` is the page's own."""
    try:
        tree = lxml_html.document_fromstring(decode_page(body)[:HEAD_CHARS].encode(errors="replace"))
        links = [link for link in tree.iter("link") if "alternate" in (link.get("rel") or "").lower().split()]
        named = [link.get("href") or "" for link in links if (link.get("type") or "").strip().lower() in FEEDS]
        return web_address(urljoin(address, named[0])) if named else None
    except (LxmlError, ValueError, Refused):
        return None
