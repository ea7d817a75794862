"""Plain statements behind a colon: "The mayor was clear: the bridge will shut", "Her message was simple: …".

All but the content is in token indices.
"""

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from app.nlp.blocks import Block
from app.nlp.cue_sources import FINITE, SUBJECTS, nominal, noun_owner, source_of
from app.nlp.lexicons import words
from app.nlp.pieces import Marked
from app.nlp.source_words import is_known_speaker, phrases_in

ENDS = (".", "!", "?")
FARTHEST = 4  # from the telling word to the colon: "clear about one thing:"
LONGEST = 100
FEWEST_WORDS = 3
EMPTY = ("it", "this", "that", "there", "which", "what")
Told = tuple[tuple[int, ...], tuple[int, ...]]


def plain_statements(story: Marked) -> Iterator[Block]:
    """The sentences without marks that go on behind a colon with what somebody said plainly."""
    doc = story.doc
    for colon in doc:
        if colon.text != ":" or colon.i + 1 >= len(doc) or story.overlaps_quotation(colon.idx, colon.idx + 3):
            continue
        told = told_before(doc, colon.i)
        end = _sentence_end(doc, colon.i + 1)
        content = story.chars(colon.i + 1, end) if told is not None and _is_clause(doc, colon.i + 1, end) else None
        if told is not None and content is not None:
            yield Block((content,), *told)


def told_before(doc: Doc, colon: int) -> Told | None:
    """The cue and the source of the words before a colon, if they tell how plainly somebody spoke."""
    for i in range(colon - 1, max(colon - 1 - FARTHEST, -1), -1):
        word = doc[i]
        if word.text in ENDS or word.is_space:
            return None
        if word.lower_ in words("plain_words.txt") and word.head.lemma_ == "be" and word.head.i < i:
            return _spoken_by(word.head, tuple(range(word.head.i, i + 1)))
        if word.lemma_ == "put" and i + 1 < colon and doc[i + 1].lower_ in ("it", "this"):
            source = source_of(word, 3)
            return (tuple(range(i, colon)), source) if source else None
    return None


def _spoken_by(verb: Token, cue: tuple[int, ...]) -> Told | None:
    """Whoever is plain: the subject, or whose message it is."""
    subject = next((child for child in verb.children if child.dep_ in SUBJECTS and child.i < verb.i), None)
    if subject is None or subject.lemma_.lower() in EMPTY:
        return None
    if subject.lemma_.lower() in words("message_nouns.txt"):
        owner = noun_owner(subject)
        return (tuple(range(subject.i, cue[-1] + 1)), owner) if owner else None
    return (cue, nominal(subject)) if _speaks(subject) else None


def _speaks(subject: Token) -> bool:
    if subject.pos_ in ("PROPN", "PRON"):
        return True
    named = subject.doc[subject.left_edge.i : subject.i + 1]
    return is_known_speaker(named, phrases_in(list(named)))


def _sentence_end(doc: Doc, start: int) -> int:
    end = start
    while end < min(len(doc), start + LONGEST) and doc[end].text not in ENDS and "\n" not in doc[end].text:
        end += 1
    return end


def _is_clause(doc: Doc, start: int, end: int) -> bool:
    finite = any(token.tag_ in (*FINITE, "MD") for token in doc[start:end])
    return finite and end - start >= FEWEST_WORDS
