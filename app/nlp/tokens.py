"""Tokens of any text in reasonable time."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Token

# spaCy's tokenizer peels marks off a word one by one, each time reading the rest: 50,000 brackets in a row would
# take it minutes. No word is as long as this, so longer runs are cut.
MAX_RUN = 500
TEXT = "newsgloss_text"
LONG_RUN = re.compile(rf"\S{{{MAX_RUN}}}(?=\S)")


def tokenise(nlp: Language, text: str) -> Doc:
    """The text's tokens; a run of more than 500 characters without a space is cut into several."""
    cuts = [match.end() for match in LONG_RUN.finditer(text)]
    borders = zip([0, *cuts], [*cuts, len(text)], strict=True)
    pieces = [nlp.make_doc(text[start:end]) for start, end in borders]
    doc = Doc.from_docs(pieces, ensure_whitespace=False) if cuts else pieces[0]
    doc.user_data[TEXT] = text
    return doc


def text_of(doc: Doc) -> str:
    """The text of a doc, as `tokenise` read it: spaCy joins it from the tokens anew whenever it is asked."""
    return str(doc.user_data[TEXT]) if TEXT in doc.user_data else doc.text


def dependents(doc: Doc, relations: Sequence[str]) -> Iterator[Token]:
    """The tokens that stand in one of these dependency relations, in order; told at once for the whole text."""
    wanted = {doc.vocab.strings[relation] for relation in relations}
    return (doc[i] for i, relation in enumerate(doc.to_array("DEP").tolist()) if relation in wanted)


def not_lower(doc: Doc) -> list[int]:
    """The places of words that are not written in small letters."""
    told = doc.to_array(["IS_LOWER", "IS_PUNCT", "IS_SPACE"]).reshape(len(doc), 3)
    return list(np.flatnonzero(~told.any(axis=1)).tolist())
