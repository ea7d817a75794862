"""Where sentences surely end, told to the parser before it reads: at the end of a line and behind a dateline."""

import re

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from app.nlp.datelines import DATELINE
from app.nlp.tokens import text_of

NAME = "newsgloss_sentences"

LINE_END = re.compile(r"\n")


@Language.component(NAME)
def end_sentences(doc: Doc) -> Doc:
    """Start a sentence after every token that ends a line, or a dateline (the parser keeps such presets)."""
    text = text_of(doc)
    ends = [match.end() - 1 for pattern in (LINE_END, DATELINE) for match in pattern.finditer(text)]
    starts = np.zeros((len(doc), 1), dtype="uint64")
    behind = np.searchsorted(doc.to_array("IDX"), np.array(ends, dtype="uint64"), side="right")
    starts[behind[behind < len(doc)]] = 1
    # All at once: to set one token spaCy looks through all of them.
    if starts.any():
        doc.from_array(["SENT_START"], starts)  # type: ignore[arg-type]  # the stubs want a type of thinc
    return doc
