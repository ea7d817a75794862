"""Direct quotations: whose cue stands right before or after the quotation marks.

The parser is easily led astray around quotation marks, so the words between two quotations are read by their
order first, and the parse is asked only for the subject of the verb found there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace

from spacy.tokens import Doc, Token

from app.nlp.beside import DASHES, Attribution, Placed, Segment, is_border, noun_phrase_from
from app.nlp.cue_sources import FINITE, cue_words, nominal, source_of
from app.nlp.direct_before import attribution_before
from app.nlp.lexicons import direct_verbs
from app.nlp.marks import MARKS
from app.nlp.pieces import Marked

CLOSES_BEFORE_CUE = (",", "?", "!", "—", "–", "-", "…", "...")
SENTENCE_MARKS = (".", "?", "!", "…")
LONGEST_SIGNATURE = 8
LONGEST_SEGMENT = 60
TIME_SUBJECTS = ("DATE", "TIME")


def placed_quotations(story: Marked) -> list[Placed]:
    """Each quotation with its tokens and the cues right before and after it."""
    doc = story.doc
    starts = doc.to_array("IDX").tolist()
    bare = [
        Placed(
            item,
            story.text[item.start : item.end].rstrip(MARKS + " "),
            max(bisect_right(starts, item.start) - 1, 0),
            bisect_left(starts, item.end),
        )
        for item in story.quotations
    ]
    return [_with_cues(doc, bare, number) for number in range(len(bare))]


def _with_cues(doc: Doc, placed: list[Placed], number: int) -> Placed:
    """A quotation with the cues beside it; behind "She tweeted: “What a day!”" the next sentence has none of its."""
    item = placed[number]
    before = attribution_before(doc, item, lead_in(doc, placed, number) or before_segment(doc, placed, number))
    if before is not None and before.rule == "direct-colon" and item.words.endswith(SENTENCE_MARKS):
        return replace(item, before=before)
    return replace(item, before=before, after=attribution_after(doc, item, after_segment(doc, placed, number)))


def before_segment(doc: Doc, placed: list[Placed], number: int) -> Segment:
    """The words of the same sentence between the quotation before, if any, and this one."""
    item = placed[number]
    floor = placed[number - 1].end if number else 0
    start = item.start
    while start > max(floor, item.start - LONGEST_SEGMENT) and not is_border(doc[start - 1]):
        start -= 1
    return Segment(start, item.start)


def after_segment(doc: Doc, placed: list[Placed], number: int) -> Segment:
    """The words of the same sentence between this quotation and the next, if any."""
    item = placed[number]
    ceiling = placed[number + 1].start if number + 1 < len(placed) else len(doc)
    end = item.end
    while end < min(ceiling, item.end + LONGEST_SEGMENT) and not is_border(doc[end]):
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
    while start > floor and not is_border(doc[start - 1]):
        start -= 1
    return Segment(start, last + 1)


def attribution_after(doc: Doc, item: Placed, segment: Segment) -> Attribution | None:
    """The cue in the words after a quotation that lets one expect it."""
    if not _awaits_cue(doc, item, segment):
        return _signed(doc, segment)
    start = segment.start
    while start < segment.end and (doc[start].is_punct or doc[start].is_space):
        start += 1
    if start < segment.end and doc[start].lower_ == "according":
        return _according(doc, start, segment)
    verb = _first_verb(doc, Segment(start, segment.end))
    if verb is None:
        return _signed(doc, segment)
    if embedded(doc, item) and not _is_clause_told(doc, item, verb):
        return None
    source, rule = _source_after(doc, verb, Segment(start, segment.end))
    if not source:
        return None
    return Attribution(cue_words(verb), source, verb.i, rule)


def _awaits_cue(doc: Doc, item: Placed, segment: Segment) -> bool:
    if segment.start >= segment.end or not item.quotation.closed:
        return False
    following = doc[segment.start]
    return item.words.endswith(CLOSES_BEFORE_CUE) or following.text in (",", "—", "–", "-", *SAID)


def embedded(doc: Doc, item: Placed) -> bool:
    """Does the quotation go on a sentence begun outside it, without a comma or colon before its mark?"""
    before = doc[item.start - 1] if item.start else None
    return before is not None and (before.is_alpha or before.like_num) and not before.is_space


def sentence_start(doc: Doc, item: Placed) -> int:
    """Where the sentence around a quotation begins."""
    start = item.start
    while start > 0 and not is_border(doc[start - 1]):
        start -= 1
    return start


def _is_clause_told(doc: Doc, item: Placed, verb: Token) -> bool:
    """Is the sentence up to the quotation's end what the verb behind it tells, and nothing further?"""
    if any(child.dep_ in ("ccomp", "dobj") and child.i > verb.i for child in verb.children):
        return False
    return any(token.tag_ in FINITE or token.tag_ == "MD" for token in doc[sentence_start(doc, item) : item.start])


SAID = frozenset(("said", "says", "he", "she", "they", "told", "wrote", "added"))


def _first_verb(doc: Doc, segment: Segment) -> Token | None:
    """The first verb of speech that is not inside a relative clause."""
    for i in range(segment.start, segment.end):
        token = doc[i]
        if token.lemma_.lower() in direct_verbs() and token.pos_ in ("VERB", "AUX", "NOUN", "PROPN"):
            if token.dep_ in ("relcl", "acl", "amod", "compound", "aux") or _is_relative(token):
                continue
            if token.pos_ in ("NOUN", "PROPN") and not _is_misread_verb(doc, i, segment):
                continue
            return token
    return None


def _is_misread_verb(doc: Doc, i: int, segment: Segment) -> bool:
    """Is the noun between a name and a full stop or comma: "Osei remarks."?"""
    named = i > segment.start and doc[i - 1].pos_ in ("PROPN", "PRON") and doc[i].text.islower()
    return named and (i + 1 >= segment.end or doc[i + 1].is_punct)


def _is_relative(verb: Token) -> bool:
    return any(child.tag_ in ("WP", "WDT") and child.i < verb.i for child in verb.children)


def _source_after(doc: Doc, verb: Token, segment: Segment) -> tuple[tuple[int, ...], str]:
    for child in verb.children:
        if child.dep_ in ("nsubj", "nsubjpass") and segment.start <= child.i < segment.end:
            found = _inside(nominal(child), segment, verb)
            if found and child.ent_type_ not in TIME_SUBJECTS:
                return found, "direct-verb-after" if child.i < verb.i else "direct-inverted"
    if verb.i - segment.start <= 1:
        found = noun_phrase_from(doc, _behind_aside(doc, verb.i + 1, segment.end), segment.end)
        if found:
            return found, "direct-inverted"
    found = noun_phrase_from(doc, segment.start, verb.i)
    if found:
        return found, "direct-verb-after"
    return tuple(i for i in source_of(verb, 4) if not segment.start <= i < segment.end), "direct-verb-after"


def _behind_aside(doc: Doc, start: int, end: int) -> int:
    """Where the words go on behind "said, after a long pause, …"; `start` where there is no such aside."""
    if end - start < 2 or doc[start].text != "," or doc[start + 1].tag_ not in ("IN", "RB", "VBG"):
        return start
    return next((i + 1 for i in range(start + 1, end) if doc[i].text == ","), start)


def _inside(found: tuple[int, ...], segment: Segment, verb: Token) -> tuple[int, ...]:
    """The part of a source on the verb's side, inside the segment, without commas at the edges."""
    before = [i for i in found if segment.start <= i < verb.i]
    after = [i for i in found if verb.i < i < segment.end]
    kept = before or after
    while kept and verb.doc[kept[-1]].is_punct and verb.doc[kept[-1]].text != ")":
        kept.pop()
    while kept and verb.doc[kept[0]].is_punct:
        kept.pop(0)
    return tuple(kept)


def _according(doc: Doc, start: int, segment: Segment) -> Attribution | None:
    source = tuple(range(start + 2, segment.end))
    if not source or doc[start + 1].lower_ != "to":
        return None
    return Attribution((start, start + 1), source, start, "direct-according-to")


def _signed(doc: Doc, segment: Segment) -> Attribution | None:
    """The name that closes a paragraph behind a quotation and a dash, as under a letter: “…” — Ann Lee."""
    first, last = segment.start, segment.end
    if first >= last or doc[first].text not in DASHES or not (last >= len(doc) or is_border(doc[last])):
        return None
    name = [i for i in range(first + 1, last) if not doc[i].is_space]
    if not 0 < len(name) <= LONGEST_SIGNATURE or not doc[name[0]].text[:1].isupper():
        return None
    return Attribution((first,), tuple(range(name[0], name[-1] + 1)), first, "direct-signature")


def chained(doc: Doc, placed: list[Placed]) -> Iterator[list[Placed]]:
    """Quotations that go on with each other: over paragraphs, or after a cue in their middle."""
    group: list[Placed] = []
    for item in placed:
        if group and not _continues(doc, group, item):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _continues(doc: Doc, group: list[Placed], item: Placed) -> bool:
    last = group[-1]
    if last.quotation.continued:
        return True
    given = group_attribution(group)
    if given is None or item.after is not None or item.quotation.paragraph != last.quotation.paragraph:
        return False
    if item.before is not None:
        return item.before.anchor == given.anchor
    end = item.start
    while end > last.end and doc[end - 1].text in MARKS:  # of a title: said on “Tide of the Day.” “Nobody …”
        end -= 1
    between = doc[last.end : end]
    borders = sum(1 for token in between[:-1] if is_border(token))
    return borders == 0 and not (len(between) and between[-1].is_alpha)


def group_attribution(group: list[Placed]) -> Attribution | None:
    """The cue of a chain of quotations: the first beside any of them."""
    return next((given for item in group for given in (item.after, item.before) if given), None)
