"""Runs quotes, speakers and sources over a text whose actors and places the test names itself."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from app.config import Settings
from app.nlp import sentences
from app.nlp.pipeline import EXTENSIONS
from app.nlp.quotes import quotes
from app.nlp.sources import sources
from app.nlp.speakers import speakers
from app.spans import ActorSpan, MentionSpan, QuoteSpan, Spans, ToponymSpan


@lru_cache
def parser() -> Language:
    for name in EXTENSIONS:
        Doc.set_extension(name, default=[], force=True)
    Doc.set_extension("title", default="", force=True)
    nlp = spacy.load(Settings().model)
    nlp.add_pipe(sentences.NAME, before="parser")
    return nlp


def annotated(
    text: str, actors: Mapping[ActorSpan, tuple[str, ...]] | None = None, places: Mapping[str, str] | None = None
) -> Doc:
    """A Doc with quotes and sources; `actors` come with their names in the text, `places` with their country."""
    doc = parser()(text)
    named = actors or {}
    doc._.actors = list(named)
    doc._.mentions = [
        MentionSpan(start, end, "PERSON", "name", actor.id, "test")
        for actor, names in named.items()
        for name in names
        for start, end in occurrences(text, name)
    ]
    doc._.toponyms = [
        ToponymSpan(start, end, country, "test")
        for name, country in (places or {}).items()
        for start, end in occurrences(text, name)
    ]
    for component in (quotes, speakers, sources):
        component(doc)
    return doc


def occurrences(text: str, name: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(rf"\b{re.escape(name)}\b", text):
        yield match.span()


def said(doc: Doc, spans: Spans) -> str:
    """The words of a discontinuous span, its pieces joined with " … "."""
    return " … ".join(doc.text[start:end] for start, end in spans)


def shown(doc: Doc) -> list[tuple[str, str, str, str]]:
    """(kind, source, cue, content) of each quote."""
    return [
        (quote.kind, said(doc, quote.source), said(doc, quote.cue), said(doc, quote.content)) for quote in found(doc)
    ]


def found(doc: Doc) -> list[QuoteSpan]:
    return list(doc._.quotes)
