"""Headlines that say who says it: "Calder: The harbour will open in May", "Harbour will open in May: mayor"."""

import re

from spacy.tokens import Span

from app.nlp.blocks import Block
from app.nlp.cue_sources import noun_owner
from app.nlp.lexicons import words
from app.nlp.paragraphs import paragraph_spans
from app.nlp.pieces import Marked, trimmed
from app.nlp.source_words import is_known_speaker, phrases_in

NAME_FIRST = re.compile(r"([^\W\d_](?:[^:\n“\"']|(?<=\w)')*)(:) (\S[^\n]{9,180})")
NAME_LAST = re.compile(r"(\S[^\n]{9,180}?)(?:(:)| ([–—-])) ([^\W\d_][^:\n“”\"–—.!?]{1,40})\s*")
LONGEST_LABEL = 6
NAMED = ("PERSON", "ORG", "NORP")


def headline_quote(story: Marked) -> Block | None:
    """What the headline that opens a text says by the name before its colon, or the speaker behind its last mark."""
    first = next(iter(paragraph_spans(story.text)), None)
    if first is None:
        return None
    return _name_first(story, *first) or _name_last(story, *first)


def _name_first(story: Marked, start: int, end: int) -> Block | None:
    match = NAME_FIRST.fullmatch(story.text, start, end)
    if match is None or match.group(1).lower() in words("headline_labels.txt"):
        return None
    label = story.doc.char_span(*match.span(1), alignment_mode="expand")
    if label is None or len(label) > LONGEST_LABEL or label[-1].pos_ not in ("PROPN", "NOUN"):
        return None
    if any(token.text == "," for token in label):  # "Two pensioners, five borders: the night train is back"
        return None
    return _block(story, label, match.span(2), match.span(3))


def _name_last(story: Marked, start: int, end: int) -> Block | None:
    match = NAME_LAST.fullmatch(story.text, start, end)
    if match is None or not story.text[end:].strip():
        return None
    label = story.doc.char_span(*match.span(4), alignment_mode="expand")
    told = story.doc.char_span(*match.span(1), alignment_mode="expand")
    if label is None or told is None or not any(token.pos_ in ("VERB", "AUX") for token in told):
        return None
    is_speaker = label.root.ent_type_ in NAMED or is_known_speaker(label, phrases_in(list(label)))
    if not is_speaker or len(label) > LONGEST_LABEL or label[-1].pos_ not in ("PROPN", "NOUN"):
        return None
    return _block(story, label, match.span(2) if match.group(2) else match.span(3), match.span(1))


def _block(story: Marked, label: Span, mark: tuple[int, int], told: tuple[int, int]) -> Block | None:
    content = trimmed(story.text, *told)
    cue = story.doc.char_span(*mark, alignment_mode="expand")
    if content is None or cue is None:
        return None
    owner = noun_owner(label.root) if label.root.lemma_.lower() in words("message_nouns.txt") else ()
    return Block((content,), (cue[0].i,), owner or tuple(range(label.start, label.end)))
