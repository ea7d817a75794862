"""Block quotes: paragraphs without marks that a cue and a colon at the end of the one before introduce."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from spacy.tokens import Doc, Token

from app.nlp.cue_sources import cue_words, nominal, source_of, speech_carriers
from app.nlp.cues import OBJECTS
from app.nlp.lexicons import direct_verbs
from app.nlp.marks import MARKS
from app.nlp.paragraphs import paragraph_spans
from app.nlp.pieces import Marked, trimmed
from app.spans import Span, Spans

INDENT = re.compile(r"[ \t\u00a0>]*")
LIST_ITEM = re.compile(r"[-–—•*·<{]|\(?\w{1,2}[.)]\s|[^.!?:]{1,40}: ")
SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*\s*\Z")
GREETING = re.compile(r"(?:Dear|To) [^\n.]{1,60}[,:]\s*")
FIRST_PERSON = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|us|me)\b")
QUOTING_MARKS = '"“”«»'
FAREWELL_WORDS = 8
LONGEST_LETTER = 12
FARTHEST = 15
FEWEST_WORDS = 4
TELLING = ("tell", "ask", "remind", "warn", "inform", "advise", "assure")
POINTING = ("this", "following", "that", "it", "so", "word")
NO_SPEECH = ("go", "call", "put", "order", "begin", "start", "finish", "note", "see", "include")


@dataclass(frozen=True, slots=True)
class Block:
    """The paragraphs of a block quote in characters, its cue and source in token indices."""

    content: Spans
    cue: tuple[int, ...]
    source: tuple[int, ...]


def blocks(story: Marked) -> Iterator[Block]:
    """The block quotes of a document in order."""
    paragraphs = paragraph_spans(story.text)
    for number, (start, end) in enumerate(paragraphs[:-1]):
        if not story.text[start:end].rstrip().endswith(":"):
            continue
        content = block_after(story.text, paragraphs[number + 1 : number + 2 + LONGEST_LETTER])
        told = lead_in(story.doc, start, start + len(story.text[start:end].rstrip()))
        if content and told is not None:
            yield Block(content, *told)


def block_after(text: str, paragraphs: list[Span]) -> Spans:
    """The first of the paragraphs and those that go on with it: indented as it is, or the rest of a letter."""
    (start, end), *further = paragraphs
    if GREETING.fullmatch(text, start, end):
        length = _letter_length(text, further)
        taken = paragraphs[: 1 + length]
    elif indent := _indent(text, start, end):
        taken = [(start, end)]
        for paragraph in further:
            if _indent(text, *paragraph) != indent:
                break
            taken.append(paragraph)
    else:
        taken = list(_told_by_one(text, paragraphs)) if _is_prose(text, start, end) else []
    return tuple(piece for paragraph in taken if (piece := trimmed(text, *paragraph)) is not None)


def _told_by_one(text: str, paragraphs: list[Span]) -> Iterator[Span]:
    """The first paragraph and, if it speaks of "I" or "we", those behind it that do so without marks of their own."""
    yield paragraphs[0]
    for before, (start, end) in pairwise(paragraphs):
        is_prose = _is_prose(text, start, end) and not any(mark in text[start:end] for mark in QUOTING_MARKS)
        if not (is_prose and FIRST_PERSON.search(text, *before) and FIRST_PERSON.search(text, start, end)):
            return
        yield start, end


def _letter_length(text: str, paragraphs: list[Span]) -> int:
    """How many paragraphs stand before the one that signs the letter; one where nothing does."""
    for number, (start, end) in enumerate(paragraphs):
        if number and len(text[start:end].split()) <= FAREWELL_WORDS and not SENTENCE_END.search(text[start:end]):
            return number
    return 1


def _indent(text: str, start: int, end: int) -> str:
    match = INDENT.match(text, start, end)
    return match.group() if match is not None else ""


def _is_prose(text: str, start: int, end: int) -> bool:
    words = text[start:end]
    if words[0] in MARKS or LIST_ITEM.match(words) or len(words.split()) < FEWEST_WORDS:
        return False
    return SENTENCE_END.search(words) is not None


def lead_in(doc: Doc, start: int, end: int) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The cue and the source of the sentence that ends with the colon, or None if it speaks of no speech."""
    paragraph = doc.char_span(start, end, alignment_mode="expand")
    if paragraph is None:
        return None
    colon = paragraph.end - 1
    for i in range(colon - 1, max(paragraph.start, colon - FARTHEST) - 1, -1):
        token = doc[i]
        if token.text in (".", "!", "?", ";"):
            return None
        if token.lower_ == "according" and i + 2 < colon:
            return (i, i + 1), nominal(doc[i + 2 : colon].root)
        if _speaks(token):
            source = source_of(token, 6)
            return (cue_words(token), source) if source else None
    return None


def _speaks(verb: Token) -> bool:
    lemma = verb.lemma_.lower()
    if verb.pos_ not in ("VERB", "AUX") or lemma not in direct_verbs() or lemma in NO_SPEECH:
        return False
    objects = [child for child in verb.children if child.dep_ in OBJECTS and child.i > verb.i]
    return lemma in TELLING or all(_points(child) for child in objects)


def _points(item: Token) -> bool:
    lemma = item.lemma_.lower()
    return lemma in POINTING or lemma in speech_carriers()
