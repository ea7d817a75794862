"""Tokens of any text in reasonable time."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Token

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


def dependents(doc: Doc, relations: Sequence[str]) -> Iterator[Token]:
    """The tokens that stand in one of these dependency relations, in order; told at once for the whole text."""
    wanted = [doc.vocab.strings[relation] for relation in relations]
    for i in np.flatnonzero(np.isin(doc.to_array("DEP"), np.array(wanted, dtype="uint64"))).tolist():
        yield doc[i]


def not_lower(doc: Doc) -> list[int]:
    """The places of words that are not written in small letters."""
    told = doc.to_array(["IS_LOWER", "IS_PUNCT", "IS_SPACE"]).reshape(len(doc), 3)
    return list(np.flatnonzero(~told.any(axis=1)).tolist())
