"""What a page says about itself that the extractor leaves out: its language and its own address."""

import re
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from app.addresses import normalise_url, web_address

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*", re.IGNORECASE)
MAX_ADDRESS_CHARS = 2000


def language_of(tree: HtmlElement) -> str | None:
    """The language that the page declares (BCP 47), such as "en-GB"."""
    declared = [tree.get("lang"), *tree.xpath("//html/@lang"), *tree.xpath("//meta[@property='og:locale']/@content")]
    for value in declared:
        language = (value or "").strip().replace("_", "-")
        if _LANGUAGE.fullmatch(language):
            return str(language)
    return None


def address_of(tree: HtmlElement, fetched: str) -> str:
    """The address of the page: the canonical one it names, if that is on the host that gave it; else `fetched`.

    A page that names its site's front page is wrong about itself.
    """
    for named in tree.xpath("//link[@rel='canonical']/@href"):
        address = _joined(fetched, str(named))
        if address and _host(address) == _host(fetched) and (_has_path(address) or not _has_path(fetched)):
            return address
    return fetched


def _joined(base: str, named: str) -> str | None:
    try:
        address = web_address(urljoin(base, named.strip()))
    except ValueError:
        return None
    return address if address and len(address) <= MAX_ADDRESS_CHARS else None


def _host(address: str) -> str:
    return urlsplit(normalise_url(address)).netloc


def _has_path(address: str) -> bool:
    parts = urlsplit(normalise_url(address))
    return parts.path != "/" or bool(parts.query)
