"""Sources that no quote names: whom a medium cites, the medium that was told, what the reporter saw, what data show."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from app.nlp import media
from app.nlp.cue_sources import QUOTING, nominal
from app.nlp.source_words import is_document
from app.nlp.tokens import dependents, text_of
from app.spans import Channel, SourceForm
from app.spans import Span as CharSpan

NAME = r"[A-Z](?:[\w&'’-]|\.(?=\w)|(?<=\b[A-Z])\.){0,40}"
SEEN_BY = re.compile(rf"\b(?:seen|viewed|reviewed|obtained|verified) by ((?:the )?{NAME}(?: {NAME}){{0,3}})")
SHOWING = ("show", "find", "indicate", "reveal", "suggest", "estimate", "conclude", "tie", "document")


class Heard(NamedTuple):
    """Where a source stands in the text, what it is, how it was told, and the rule that found it."""

    place: CharSpan
    form: SourceForm
    channel: Channel | None
    rule: str


def heard(text: str) -> Iterator[Heard]:
    """Such as "told Reuters", "first reported by The Harbour Post", "a letter seen by Reuters"."""
    for match in media.told().finditer(text):
        yield Heard(match.span(1), "other media", "interview", "told-media")
    for match in media.reporting().finditer(text):
        yield Heard(match.span(1), "other media", "published work", "reported-by")
    for match in SEEN_BY.finditer(text):
        yield Heard(match.span(1), "the reporter", None, "seen-by")


def cited(doc: Doc) -> Iterator[Span]:
    """Objects such as "two officials" of "…, the agency reported, citing two officials"."""
    objects = (token for token in dependents(doc, ("dobj",)) if token.head.lemma_ in QUOTING)
    for token in _outside_quotes(doc, objects):
        words = nominal(token)
        yield doc[words[0] : words[-1] + 1]


def documents_shown(doc: Doc) -> Iterator[Span]:
    """Subjects such as "port data" of "port data showed that …"."""
    subjects = (token for token in dependents(doc, ("nsubj",)) if token.head.lemma_ in SHOWING and is_document(token))
    for token in _outside_quotes(doc, subjects):
        yield doc[token.left_edge.i : token.i + 1]


def _outside_quotes(doc: Doc, tokens: Iterable[Token]) -> Iterator[Token]:
    quoted = sorted(piece for quote in doc._.quotes for piece in quote.content)
    length = len(text_of(doc))
    for token in tokens:
        at = bisect_right(quoted, (token.idx, length))
        if at == 0 or quoted[at - 1][1] <= token.idx:
            yield token
