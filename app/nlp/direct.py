"""Direct quotations: whose cue stands right before or after the quotation marks.

The parser is easily led astray around quotation marks, so the words between two quotations are read by their
order first, and the parse is asked only for the subject of the verb found there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token

from app.nlp.cues import cue_words, nominal, source_of
from app.nlp.lexicons import direct_verbs
from app.nlp.marks import Quotation

SENTENCE_ENDS = frozenset(".!?;")
CLOSES_BEFORE_CUE = (",", "?", "!", "—", "–", "-", "…", "...")
LONGEST_SEGMENT = 60
MARKS = "\"“”„«»‘’'`"
TIME_SUBJECTS = ("DATE", "TIME")


@dataclass(frozen=True, slots=True)
class Segment:
    """Token indices between two quotations or sentence borders, end excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """A cue and its source beside a quotation, in token indices; `rule` says how they were found."""

    cue: tuple[int, ...]
    source: tuple[int, ...]
    anchor: int
    rule: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A quotation with its tokens (end excluded, marks included) and the attributions beside it."""

    quotation: Quotation
    start: int
    end: int
    before: Attribution | None = None
    after: Attribution | None = None


def placed_quotations(doc: Doc, found: list[Quotation]) -> list[Placed]:
    """Each quotation with its tokens and the cues right before and after it."""
    starts = [token.idx for token in doc]
    bare = [Placed(item, max(bisect_right(starts, item.start) - 1, 0), bisect_left(starts, item.end)) for item in found]
    return [
        replace(
            item,
            before=attribution_before(doc, item, lead_in(doc, bare, number) or before_segment(doc, bare, number)),
            after=attribution_after(doc, item, after_segment(doc, bare, number)),
        )
        for number, item in enumerate(bare)
    ]


def before_segment(doc: Doc, placed: list[Placed], number: int) -> Segment:
    """The words of the same sentence between the quotation before, if any, and this one."""
    item = placed[number]
    floor = placed[number - 1].end if number else 0
    start = item.start
    while start > max(floor, item.start - LONGEST_SEGMENT) and not _is_border(doc[start - 1]):
        start -= 1
    return Segment(start, item.start)


def after_segment(doc: Doc, placed: list[Placed], number: int) -> Segment:
    """The words of the same sentence between this quotation and the next, if any."""
    item = placed[number]
    ceiling = placed[number + 1].start if number + 1 < len(placed) else len(doc)
    end = item.end
    while end < min(ceiling, item.end + LONGEST_SEGMENT) and not _is_border(doc[end]):
        end += 1
    return Segment(item.end, end)


def lead_in(doc: Doc, placed: list[Placed], number: int) -> Segment | None:
    """The last sentence of the paragraph before, if it ends with a colon and a quotation opens this one."""
    item = placed[number]
    last = item.start - 1
    while last >= 0 and doc[last].is_space:
        last -= 1
    if last < 0 or doc[last].text != ":" or last == item.start - 1:
        return None
    floor = max(placed[number - 1].end if number else 0, last - LONGEST_SEGMENT)
    start = last
    while start > floor and not _is_border(doc[start - 1]):
        start -= 1
    return Segment(start, last + 1)


def _is_border(token: Token) -> bool:
    return token.text in SENTENCE_ENDS or "\n" in token.text


# ---------------------------------------------------------------- after: “…,” she said


def attribution_after(doc: Doc, item: Placed, segment: Segment) -> Attribution | None:
    """The cue in the words after a quotation that lets one expect it."""
    if not _awaits_cue(doc, item, segment):
        return None
    start = segment.start
    while start < segment.end and (doc[start].is_punct or doc[start].is_space):
        start += 1
    if start < segment.end and doc[start].lower_ == "according":
        return _according(doc, start, segment)
    verb = _first_verb(doc, Segment(start, segment.end))
    if verb is None:
        return None
    source, rule = _source_after(doc, verb, Segment(start, segment.end))
    if not source:
        return None
    return Attribution(cue_words(verb), source, verb.i, rule)


def _awaits_cue(doc: Doc, item: Placed, segment: Segment) -> bool:
    if segment.start >= segment.end or not item.quotation.closed:
        return False
    inner = doc.text[item.quotation.start : item.quotation.end].rstrip(MARKS + " ")
    following = doc[segment.start]
    return inner.endswith(CLOSES_BEFORE_CUE) or following.text in (",", "—", "–", "-", *SAID)


SAID = frozenset(("said", "says", "he", "she", "they", "told", "wrote", "added"))


def _first_verb(doc: Doc, segment: Segment) -> Token | None:
    """The first verb of speech that is not inside a relative clause."""
    for i in range(segment.start, segment.end):
        token = doc[i]
        if token.lemma_.lower() in direct_verbs() and token.pos_ in ("VERB", "AUX", "NOUN", "PROPN"):
            if token.dep_ in ("relcl", "acl", "amod", "compound", "aux") or _is_relative(token):
                continue
            if token.pos_ in ("NOUN", "PROPN") and i != segment.start and doc[i - 1].pos_ not in ("PROPN", "PRON"):
                continue
            return token
    return None


def _is_relative(verb: Token) -> bool:
    return any(child.tag_ in ("WP", "WDT") and child.i < verb.i for child in verb.children)


def _source_after(doc: Doc, verb: Token, segment: Segment) -> tuple[tuple[int, ...], str]:
    for child in verb.children:
        if child.dep_ in ("nsubj", "nsubjpass") and segment.start <= child.i < segment.end:
            found = _inside(nominal(child), segment, verb)
            if found and child.ent_type_ not in TIME_SUBJECTS:
                return found, "direct-verb-after" if child.i < verb.i else "direct-inverted"
    if verb.i - segment.start <= 1:
        found = _noun_phrase_from(doc, verb.i + 1, segment.end)
        if found:
            return found, "direct-inverted"
    found = _noun_phrase_from(doc, segment.start, verb.i)
    if found:
        return found, "direct-verb-after"
    return tuple(i for i in source_of(verb, 4) if not segment.start <= i < segment.end), "direct-verb-after"


def _inside(found: tuple[int, ...], segment: Segment, verb: Token) -> tuple[int, ...]:
    """The part of a source on the verb's side, inside the segment, without commas at the edges."""
    before = [i for i in found if segment.start <= i < verb.i]
    after = [i for i in found if verb.i < i < segment.end]
    kept = before or after
    while kept and verb.doc[kept[-1]].is_punct:
        kept.pop()
    while kept and verb.doc[kept[0]].is_punct:
        kept.pop(0)
    return tuple(kept)


def _noun_phrase_from(doc: Doc, start: int, end: int) -> tuple[int, ...]:
    """The noun phrase that begins here, appositions after a comma left out."""
    while start < end and (doc[start].is_punct or doc[start].pos_ == "ADV"):
        start += 1
    i = start
    while i < end and doc[i].text not in (",", "—", "–", ":", "(") and doc[i].pos_ not in ("VERB", "AUX", "SCONJ"):
        i += 1
    if not any(doc[k].pos_ in ("NOUN", "PROPN", "PRON", "NUM") for k in range(start, i)):
        return ()
    return tuple(range(start, i))


def _according(doc: Doc, start: int, segment: Segment) -> Attribution | None:
    source = tuple(range(start + 2, segment.end))
    if not source or doc[start + 1].lower_ != "to":
        return None
    return Attribution((start, start + 1), source, start, "direct-according-to")


# ---------------------------------------------------------------- before: she said: “…”


def attribution_before(doc: Doc, item: Placed, segment: Segment) -> Attribution | None:
    """The cue in the words before a quotation that they introduce."""
    last = segment.end - 1
    if last < segment.start:
        return None
    mark = doc[last].text
    if mark not in (",", ":", "—", "–", "-", "that"):
        verb = _verb_at(doc, last)
        if verb is None or not _stands_alone(doc, item):
            return None
        return _from_verb(verb, "direct-verb-adjacent")
    for i in range(last - 1, segment.start - 1, -1):
        verb = _verb_at(doc, i)
        if verb is not None and not (mark == "," and last - verb.i > 12):
            return _from_verb(verb, "direct-colon" if mark == ":" else "direct-verb-before")
    if mark == ":":
        source = _noun_phrase_from(doc, segment.start, last)
        if source and len(source) <= 8:
            return Attribution((last,), source, last, "direct-bare-colon")
    return None


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
    text = doc.text[item.quotation.start : item.quotation.end].rstrip(MARKS + " ")
    if text.endswith((".", "!", "?", ",")):
        return True
    return item.end >= len(doc) or _is_border(doc[item.end]) or doc[item.end].text == ","


def chained(placed: list[Placed]) -> Iterator[list[Placed]]:
    """Quotations that go on with each other: over paragraphs, or after a cue in their middle."""
    group: list[Placed] = []
    for item in placed:
        if group and not _continues(group, item):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _continues(group: list[Placed], item: Placed) -> bool:
    last = group[-1]
    if last.quotation.continued:
        return True
    if item.quotation.paragraph != last.quotation.paragraph or item.after is not None:
        return False
    given = group_attribution(group)
    return given is not None and (item.before is None or item.before.anchor == given.anchor)


def group_attribution(group: list[Placed]) -> Attribution | None:
    """The cue of a chain of quotations: the first beside any of them."""
    return next((given for item in group for given in (item.after, item.before) if given), None)
