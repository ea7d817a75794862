"""Tokens of any text in reasonable time."""

import re

from spacy.language import Language
from spacy.tokens import Doc

# spaCy's tokenizer peels marks off a word one by one, each time reading the rest: 50,000 brackets in a row would
# take it minutes. No word is as long as this, so longer runs are cut.
MAX_RUN = 500
LONG_RUN = re.compile(rf"\S{{{MAX_RUN}}}(?=\S)")


def tokenise(nlp: Language, text: str) -> Doc:
    """The text's tokens; a run of more than 500 characters without a space is cut into several."""
    cuts = [match.end() for match in LONG_RUN.finditer(text)]
    if not cuts:
        return nlp.make_doc(text)
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return Doc.from_docs([nlp.make_doc(piece) for piece in pieces], ensure_whitespace=False)
