"""Cues before a quotation in marks: 'she said: “…”', 'Calder – “…”', 'The mayor was clear: “…”'."""

from spacy.tokens import Doc, Span, Token

from app.nlp.beside import CLAUSAL, DASHES, Attribution, Placed, Segment, is_border, noun_phrase_from
from app.nlp.colons import told_before
from app.nlp.cue_sources import FINITE, SUBJECTS, cue_words, nominal, source_of
from app.nlp.lexicons import direct_verbs

LONGEST_LABEL = 6
LONGEST_SUBJECT = 8
NAMING = ("PROPN", "NOUN", "PRON", "DET", "ADJ")
OPENING_VERBS = ("Said", "Says", "Asked", "Added", "Wrote", "Tweeted")


def attribution_before(doc: Doc, item: Placed, segment: Segment) -> Attribution | None:
    """The cue in the words before a quotation that they introduce."""
    last = segment.end - 1
    if last < segment.start:
        return None
    mark = doc[last].text
    if mark not in (",", ":", "that", *DASHES):
        verb = _verb_at(doc, last)
        if verb is None or not _stands_alone(doc, item):
            return None
        return _from_verb(verb, "direct-verb-adjacent")
    inverted = _inverted_before(doc, segment.start, last) if mark == ":" else None
    if inverted is not None:
        return inverted
    if mark in (":", *DASHES) and (label := label_before(doc, segment.start, last, item)):
        return Attribution((last,), label, last, "direct-label")
    for i in range(last - 1, segment.start - 1, -1):
        verb = _verb_at(doc, i)
        if verb is not None and not (mark == "," and last - verb.i > 12):
            return _from_verb(verb, "direct-colon" if mark == ":" else "direct-verb-before")
    return _behind_bare_colon(doc, segment.start, last) if mark == ":" else None


def label_before(doc: Doc, start: int, last: int, item: Placed) -> tuple[int, ...]:
    """The name before a colon or dash, alone or behind a dash: "Calder – “…”", "Tide news - Ann Lee: “…”"."""
    if doc[last].text in DASHES and not (_opens_paragraph(doc, start) and _ends_paragraph(doc, item)):
        return ()
    first = next((i + 1 for i in range(last - 1, start - 1, -1) if doc[i].text in DASHES), None)
    first = first if first is not None or doc[last].text == ":" else start
    label = doc[first:last] if first is not None else doc[last:last]
    if first == start and doc[last].text in DASHES:
        label = _described(label)
    if not 0 < len(label) <= LONGEST_LABEL or label[-1].pos_ not in ("PROPN", "NOUN"):
        return ()
    named = label[0].text[0].isupper() and not any(token.pos_ in CLAUSAL or token.is_punct for token in label)
    return tuple(range(label.start, last)) if named else ()


def _described(label: Span) -> Span:
    """The name of a label that says who it is: "Ana Duarte" of "Ana Duarte, the mayor"."""
    comma = next((token.i for token in label if token.text == ","), label.end)
    return label.doc[label.start : comma] if label.end - comma <= LONGEST_SUBJECT else label


def _opens_paragraph(doc: Doc, i: int) -> bool:
    return i == 0 or "\n" in doc[i - 1].text


def _ends_paragraph(doc: Doc, item: Placed) -> bool:
    return item.end >= len(doc) or "\n" in doc[item.end].text


def _behind_bare_colon(doc: Doc, start: int, colon: int) -> Attribution | None:
    """Who stands before a colon without a verb of speech: plain words, else the sentence's subject, else its noun."""
    plain = told_before(doc, colon)
    if plain is not None:
        return Attribution(*plain, colon, "direct-plain-colon")
    finite = (*FINITE, "MD")
    subjects = [token for token in doc[start:colon] if token.dep_ in SUBJECTS and token.head.tag_ in finite]
    source = _inside_words(nominal(subjects[0]), start, colon) if subjects else noun_phrase_from(doc, start, colon)
    if not source or len(source) > LONGEST_SUBJECT or doc[source[0]].tag_ in ("IN", "WDT", "WP"):
        return None
    return Attribution((colon,), source, colon, "direct-bare-colon")


def _inside_words(found: tuple[int, ...], start: int, end: int) -> tuple[int, ...]:
    return tuple(i for i in found if start <= i < end)


def _inverted_before(doc: Doc, start: int, colon: int) -> Attribution | None:
    """Such as "Said Calder: …", where the parse takes the verb for a name."""
    if start + 1 >= colon or doc[start].text not in OPENING_VERBS or doc[start + 1].pos_ not in NAMING:
        return None
    source = noun_phrase_from(doc, start + 1, colon)
    return Attribution((start,), source, start, "direct-inverted") if source else None


def _verb_at(doc: Doc, i: int) -> Token | None:
    token = doc[i]
    if token.lemma_.lower() in direct_verbs() and token.pos_ in ("VERB", "AUX"):
        return token
    return None


def _from_verb(verb: Token, rule: str) -> Attribution | None:
    source = tuple(i for i in source_of(verb, 6))
    if not source:
        return None
    return Attribution(cue_words(verb), source, verb.i, rule)


def _stands_alone(doc: Doc, item: Placed) -> bool:
    """Does the sentence, or a clause of it, end with the quotation?"""
    if item.words.endswith((".", "!", "?", ",")):
        return True
    return item.end >= len(doc) or is_border(doc[item.end]) or doc[item.end].text == ","
