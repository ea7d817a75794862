"""Paragraph borders are sentence borders: told to the parser before it reads."""

import re

from spacy.language import Language
from spacy.tokens import Doc

from app.spans import Span

NAME = "newsgloss_paragraphs"

PARAGRAPH = re.compile(r"[^\n]+")


def paragraph_spans(text: str) -> list[Span]:
    """The stretches between line breaks that hold more than white space, in order."""
    return [match.span() for match in PARAGRAPH.finditer(text) if match.group().strip()]


@Language.component(NAME)
def paragraphs(doc: Doc) -> Doc:
    """Start a sentence after every token that ends a line (the parser keeps such presets)."""
    for token in doc[:-1]:
        if "\n" in token.text:
            doc[token.i + 1].is_sent_start = True
    return doc
