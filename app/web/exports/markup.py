"""XML that is always well-formed, whatever the words in it are."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

# XML 1.0 has no way to write these, not even as references.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(words: str) -> str:
    """The words without the characters that XML cannot have."""
    return _ILLEGAL.sub("", words)


def add(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    """A new last child with that text."""
    child = SubElement(parent, tag, {name: legal(value) for name, value in attributes.items()})
    child.text = legal(text)
    return child


def document(root: Element) -> bytes:
    """The whole document in UTF-8, with its declaration."""
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
