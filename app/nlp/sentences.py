"""Where sentences surely end, told to the parser before it reads: at the end of a line and behind a dateline."""

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from app.nlp.datelines import DATELINE

NAME = "newsgloss_sentences"


@Language.component(NAME)
def end_sentences(doc: Doc) -> Doc:
    """Start a sentence after every token that ends a line, or a dateline (the parser keeps such presets)."""
    starts = np.zeros((len(doc), 1), dtype="uint64")
    filed = {match.end() for match in DATELINE.finditer(doc.text)}
    for token in doc[:-1]:
        behind = token.idx + len(token.text_with_ws)
        if "\n" in token.text or token.idx + len(token) in filed or behind in filed:
            starts[token.i + 1] = 1
    # All at once: to set one token spaCy looks through all of them.
    if starts.any():
        doc.from_array(["SENT_START"], starts)  # type: ignore[arg-type]  # the stubs want a type of thinc
    return doc
