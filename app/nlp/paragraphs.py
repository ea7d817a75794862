"""Paragraphs: the lines of a text that hold words."""

import re

from app.spans import Span

PARAGRAPH = re.compile(r"[^\n]+")


def paragraph_spans(text: str) -> list[Span]:
    """The stretches between line breaks that hold more than white space, in order."""
    return [match.span() for match in PARAGRAPH.finditer(text) if match.group().strip()]
