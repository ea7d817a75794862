"""Quotes: words that the story attributes to somebody, with their cue and the words that name their source.

Direct quotations come first, from the words around their marks; then reported speech, from the parse. What
reported speech shares with a quotation in marks makes it mixed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from spacy.language import Language
from spacy.tokens import Doc

from app.nlp.attribution import likely_cues
from app.nlp.cues import Cue
from app.nlp.direct import (
    SENTENCE_ENDS,
    Attribution,
    Placed,
    chained,
    embedded,
    group_attribution,
    placed_quotations,
    sentence_start,
)
from app.nlp.lexicons import words
from app.nlp.marks import Quotation, quotations
from app.nlp.paragraphs import paragraph_spans
from app.spans import QuoteKind, QuoteSpan, Span, Spans

NAME = "newsgloss_quotes"

FEWEST_WORDS_ALONE = 4
HEADLINE = re.compile(r"([^\W\d_](?:[^:\n“\"']|(?<=\w)')*): (\S[^\n]{9,180})")
LONGEST_LABEL = 6
LOOSE = frozenset((",", ".", ";", ":", "-", "–", "—", "--"))
EDGES = " \t\r\n\u00a0,;:–—-()"
MARKS = "\"“”„«»‘’'`"


@dataclass(frozen=True, slots=True)
class Draft:
    """A quote in the making: content in characters, cue and source in token indices."""

    content: Spans
    cue: tuple[int, ...]
    source: tuple[int, ...]
    rule: str


@Language.component(NAME)
def quotes(doc: Doc) -> Doc:
    """Fill `doc._.quotes`; speakers and source references are left to the components after this one."""
    marked = quotations(doc.text)
    doc._.quotes = [_to_span(doc, draft, marked, n) for n, draft in enumerate(quote_drafts(doc, marked), 1)]
    return doc


def quote_drafts(doc: Doc, marked: list[Quotation]) -> list[Draft]:
    """All quotes of a document, in the order of the text."""
    groups = list(chained(doc, placed_quotations(doc, marked)))
    given = [(group, group_attribution(group)) for group in groups]
    taken = {attribution.anchor for _, attribution in given if attribution is not None}
    reported = {cue.anchor: cue for cue in likely_cues(doc, marked)}
    drafts = [
        _direct_draft(doc, group, attribution, reported.get(attribution.anchor))
        for group, attribution in given
        if attribution is not None
    ]
    headline = headline_quote(doc)
    drafts += [headline] if headline is not None else []
    drafts += _reported_drafts(doc, (cue for anchor, cue in reported.items() if anchor not in taken), marked)
    lonely = _uncovered([group for group, attribution in given if attribution is None], drafts)
    return _with_lonely(doc, sorted(drafts, key=_order), lonely)


def _order(draft: Draft) -> tuple[Spans, tuple[int, ...]]:
    return draft.content, draft.cue


def _direct_draft(doc: Doc, group: list[Placed], given: Attribution, reported: Cue | None) -> Draft:
    """A quote of the chained quotations, with the words of its clause that stand outside the marks."""
    pieces = list(_pieces(group))
    if group[0].after is given and embedded(doc, group[0]):
        start = sentence_start(doc, group[0])
        clause = trimmed(doc.text, doc[start].idx, group[0].quotation.end)
        pieces += [clause] if clause is not None else []
    elif group[0].before is given and reported is not None:
        between = [i for i in reported.content if given.anchor < i < group[0].start]
        for first, last in runs(between):
            piece = trimmed(doc.text, doc[first].idx, doc[last - 1].idx + len(doc[last - 1]))
            pieces += [piece] if piece is not None else []
    return Draft(merged(doc.text, pieces), given.cue, given.source, given.rule)


def headline_quote(doc: Doc) -> Draft | None:
    """A first paragraph that is a headline of the pattern "Calder: The harbour will open in May"."""
    first = next(iter(paragraph_spans(doc.text)), None)
    match = HEADLINE.fullmatch(doc.text, *first) if first is not None else None
    if match is None or match.group(1).lower() in words("headline_labels.txt"):
        return None
    label = doc.char_span(*match.span(1), alignment_mode="expand")
    content = trimmed(doc.text, match.start(2), match.end(2))
    if label is None or content is None or len(label) > LONGEST_LABEL or label[-1].pos_ not in ("PROPN", "NOUN"):
        return None
    colon = label.end
    return Draft((content,), (colon,), tuple(range(label.start, label.end)), "headline-colon")


def _pieces(group: list[Placed]) -> Spans:
    return tuple((item.quotation.start, item.quotation.end) for item in group)


def _reported_drafts(doc: Doc, cues: Iterable[Cue], marked: list[Quotation]) -> Iterator[Draft]:
    for cue in cues:
        content = _content_spans(doc, cue, marked)
        if content:
            yield Draft(content, cue.words, cue.source, cue.rule)


def _content_spans(doc: Doc, cue: Cue, marked: list[Quotation]) -> Spans:
    """The pieces of a cue's content in characters, whole quotations and no punctuation at their edges."""
    anchor = doc[cue.anchor].idx
    pieces: list[Span] = []
    for first, last in runs(without_punctuation(doc, with_last_word(doc, cue))):
        piece = trimmed(doc.text, doc[first].idx, doc[last - 1].idx + len(doc[last - 1]))
        if piece is not None:
            pieces.append(widened(piece, marked, anchor))
    return merged(doc.text, pieces)


def without_punctuation(doc: Doc, tokens: tuple[int, ...]) -> tuple[int, ...]:
    """The tokens without commas and full stops at either end; quotation marks and brackets stay."""
    first, last = 0, len(tokens)
    while first < last and doc[tokens[first]].text in LOOSE:
        first += 1
    while first < last and doc[tokens[last - 1]].text in LOOSE:
        last -= 1
    return tokens[first:last]


def with_last_word(doc: Doc, cue: Cue) -> tuple[int, ...]:
    """The content with the sentence's last word, where the parse left out that one word alone."""
    left = cue.content[-1] + 1
    if left + 1 >= len(doc) or left in cue.words or left in cue.source:
        return cue.content
    if doc[left].is_alpha and doc[left + 1].text in SENTENCE_ENDS and doc[left].sent.start <= cue.anchor:
        return (*cue.content, left)
    return cue.content


def _uncovered(groups: list[list[Placed]], drafts: list[Draft]) -> list[list[Placed]]:
    """The groups whose first quotation shares nothing with the content of a draft."""
    covered = sorted(piece for draft in drafts for piece in draft.content)
    reach = list(accumulate((end for _, end in covered), max))
    starts = [start for start, _ in covered]
    free = []
    for group in groups:
        before = bisect_left(starts, group[0].quotation.end)
        if before == 0 or reach[before - 1] <= group[0].quotation.start:
            free.append(group)
    return free


def _with_lonely(doc: Doc, drafts: list[Draft], lonely: list[list[Placed]]) -> list[Draft]:
    """Quotations without a cue: they go on with the quote right before them, or stand alone, or are none."""
    found = list(drafts)
    for group in lonely:
        if not stands_alone(doc.text, group[0].quotation):
            continue
        previous = _quote_before(doc.text, found, group[0].quotation)
        if previous is None:
            found.append(Draft(_pieces(group), (), (), "quotation-alone"))
        else:
            found[previous] = replace(found[previous], content=found[previous].content + _pieces(group))
    return sorted(found, key=_order)


def stands_alone(text: str, quotation: Quotation) -> bool:
    """Is it a sentence of its own: not a title, a single term or scare quotes?"""
    words = text[quotation.start : quotation.end].strip(MARKS)
    if len(words.split()) < FEWEST_WORDS_ALONE or not words.endswith((".", "!", "?", ",", "…")):
        return False
    before = text[: quotation.start].rstrip(" \t\u00a0")
    return not before or before[-1] in ".!?:\n" + MARKS


def _quote_before(text: str, drafts: list[Draft], quotation: Quotation) -> int | None:
    """The number of the quote whose last words are in the same paragraph or the one before, nothing between."""
    best = None
    for number, draft in enumerate(drafts):
        end = draft.content[-1][1]
        if end <= quotation.start and (best is None or end > drafts[best].content[-1][1]):
            best = number
    if best is None or not drafts[best].cue:
        return None
    between = text[drafts[best].content[-1][1] : quotation.start]
    return best if len(re.findall(r"\n+", between)) <= 1 else None


# ---------------------------------------------------------------- spans


def widened(piece: Span, marked: list[Quotation], anchor: int) -> Span:
    """The piece with the whole of every quotation it overlaps, unless the cue stands in the same one."""
    start, end = piece
    starts = [item.start for item in marked]
    for item in marked[max(bisect_right(starts, start) - 1, 0) : bisect_left(starts, end)]:
        if item.end > piece[0] and not item.start <= anchor < item.end:
            start, end = min(start, item.start), max(end, item.end)
    return start, end


def runs(tokens: Iterable[int]) -> Iterator[Span]:
    """Consecutive token indices as (start, end) pairs, end excluded."""
    for _, group in groupby(enumerate(tokens), key=lambda item: item[1] - item[0]):
        members = [index for _, index in group]
        yield members[0], members[-1] + 1


def trimmed(text: str, start: int, end: int) -> Span | None:
    """The stretch without spaces and loose punctuation at its edges; None if nothing is left."""
    while start < end and text[start] in EDGES:
        start += 1
    while start < end and text[end - 1] in EDGES:
        end -= 1
    return (start, end) if any(char.isalnum() for char in text[start:end]) else None


def merged(text: str, pieces: list[Span]) -> Spans:
    """Pieces that overlap, or have nothing but punctuation between them within a paragraph, as one."""
    found: list[Span] = []
    for start, end in sorted(pieces):
        between = text[found[-1][1] : start] if found else ""
        if found and "\n" not in between and not any(char.isalnum() for char in between):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def _token_spans(doc: Doc, tokens: tuple[int, ...]) -> Spans:
    pieces = [(doc[start].idx, doc[end - 1].idx + len(doc[end - 1])) for start, end in runs(tokens)]
    return tuple(pieces)


def kind_of(text: str, content: Spans, marked: list[Quotation]) -> QuoteKind:
    """direct: every letter and digit stands inside marks; mixed: some; indirect: none."""
    inside = outside = False
    starts = [item.start for item in marked]
    for start, end in content:
        at = start
        for item in marked[max(bisect_right(starts, start) - 1, 0) : bisect_left(starts, end)]:
            low, high = max(item.start, start), min(item.end, end)
            if low >= high:
                continue
            inside = inside or any(char.isalnum() for char in text[low:high])
            outside = outside or any(char.isalnum() for char in text[at:low])
            at = high
        outside = outside or any(char.isalnum() for char in text[at:end])
    if not inside:
        return "indirect"
    return "mixed" if outside else "direct"


def _to_span(doc: Doc, draft: Draft, marked: list[Quotation], number: int) -> QuoteSpan:
    return QuoteSpan(
        id=f"q{number}",
        kind=kind_of(doc.text, draft.content, marked),
        content=draft.content,
        cue=_token_spans(doc, draft.cue),
        source=_token_spans(doc, draft.source),
        speaker=None,
        source_ref=None,
        rule=draft.rule,
    )
