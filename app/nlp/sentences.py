"""Paragraph borders are sentence borders: told to the parser before it reads."""

from spacy.language import Language
from spacy.tokens import Doc

NAME = "newsgloss_sentences"


@Language.component(NAME)
def end_at_lines(doc: Doc) -> Doc:
    """Start a sentence after every token that ends a line (the parser keeps such presets)."""
    for token in doc[:-1]:
        if "\n" in token.text:
            doc[token.i + 1].is_sent_start = True
    return doc
