"""Quotes: words that the story attributes to somebody, with their cue and the words that name their source.

Direct quotations come first, from the words around their marks; then reported speech, from the parse. What
reported speech shares with a quotation in marks makes it mixed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from spacy.language import Language
from spacy.tokens import Doc

from app.nlp.attribution import likely_cues
from app.nlp.beside import SENTENCE_ENDS, Attribution, Placed
from app.nlp.blocks import blocks
from app.nlp.colons import plain_statements
from app.nlp.cues import Cue
from app.nlp.direct import (
    chained,
    embedded,
    group_attribution,
    placed_quotations,
    sentence_start,
)
from app.nlp.headline_quotes import headline_quote
from app.nlp.marks import MARKS, Quotation
from app.nlp.pieces import Marked, kind_of, marked, merged, runs, trimmed, widened
from app.nlp.transcripts import Turn, turns
from app.spans import QuoteSpan, Span, Spans

NAME = "newsgloss_quotes"

FEWEST_WORDS_ALONE = 3
WIDEST_GAP = 20
LOOSE = frozenset((",", ".", ";", ":", "-", "–", "—", "--"))


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
    story = marked(doc)
    doc._.quotes = [_to_span(story, draft, number) for number, draft in enumerate(quote_drafts(story), 1)]
    return doc


def quote_drafts(story: Marked) -> list[Draft]:
    """All quotes of a document, in the order of the text."""
    spoken = turns(story.text)
    groups = _outside(spoken, list(chained(story.doc, placed_quotations(story))))
    given = [(group, group_attribution(group)) for group in groups]
    taken = {attribution.anchor for _, attribution in given if attribution is not None}
    reported = {cue.anchor: cue for cue in likely_cues(story.doc, story.quotations)}
    drafts = [
        _direct_draft(story, group, attribution, reported.get(attribution.anchor))
        for group, attribution in given
        if attribution is not None
    ]
    drafts += [draft for turn in spoken if (draft := _turn_draft(story, turn)) is not None]
    headline = headline_quote(story)
    if headline is not None and not any(_share(headline.content, each.content) for each in drafts):
        drafts.append(Draft(headline.content, headline.cue, headline.source, "headline-colon"))
    set_apart = [Draft(block.content, block.cue, block.source, "block-colon") for block in blocks(story)]
    set_apart += [Draft(block.content, block.cue, block.source, "plain-colon") for block in plain_statements(story)]
    drafts += set_apart
    taken |= {number for draft in set_apart for number in draft.cue}
    spoken_in = {each.anchor: each.source for _, each in given if each is not None}
    drafts += _reported_drafts(
        story, (cue for anchor, cue in reported.items() if anchor not in taken and not _leads_in(cue, spoken_in))
    )
    lonely = _uncovered([group for group, attribution in given if attribution is None], drafts)
    return _with_lonely(story.text, sorted(drafts, key=_order), lonely)


def _share(first: Spans, second: Spans) -> bool:
    """Is a character in both?"""
    return any(start < end_of and start_of < end for start, end in first for start_of, end_of in second)


def _order(draft: Draft) -> tuple[Spans, tuple[int, ...]]:
    return draft.content, draft.cue


def _direct_draft(story: Marked, group: list[Placed], given: Attribution, reported: Cue | None) -> Draft:
    """A quote of the chained quotations, with the words of its clause that stand outside the marks."""
    doc, pieces = story.doc, list(_pieces(group))
    if group[0].after is given and embedded(doc, group[0]):
        start = sentence_start(doc, group[0])
        clause = trimmed(story.text, doc[start].idx, group[0].quotation.end)
        pieces += [clause] if clause is not None else []
    elif group[0].before is given and reported is not None:
        between = [i for i in reported.content if given.anchor < i < group[0].start]
        for first, last in runs(between):
            piece = story.chars(first, last)
            pieces += [piece] if piece is not None else []
    return Draft(merged(story.text, pieces), given.cue, given.source, given.rule)


def _outside(spoken: list[Turn], groups: list[list[Placed]]) -> list[list[Placed]]:
    """The groups that begin outside the turns of a transcript, whose marks seldom pair."""
    starts = [turn.name[0] for turn in spoken]

    def is_outside(at: int) -> bool:
        number = bisect_right(starts, at + 1) - 1
        return number < 0 or at >= spoken[number].content[-1][1]

    return [group for group in groups if is_outside(group[0].quotation.start)]


def _turn_draft(story: Marked, turn: Turn) -> Draft | None:
    name = story.doc.char_span(*turn.name, alignment_mode="expand")
    colon = story.doc.char_span(*turn.colon, alignment_mode="expand")
    if name is None or colon is None:
        return None
    return Draft(turn.content, (colon[0].i,), tuple(range(name.start, name.end)), "transcript")


def _pieces(group: list[Placed]) -> Spans:
    return tuple((item.quotation.start, item.quotation.end) for item in group)


def _reported_drafts(story: Marked, cues: Iterable[Cue]) -> Iterator[Draft]:
    for cue in cues:
        content = _content_spans(story, cue)
        if content:
            yield Draft(content, cue.words, cue.source, cue.rule)


def _leads_in(cue: Cue, spoken_in: dict[int, tuple[int, ...]]) -> bool:
    """Is the cue only on the way to a direct one of the same source: "emailed supporters saying: …"?"""
    return any(i in spoken_in and spoken_in[i] == cue.source for i in cue.content)


def _content_spans(story: Marked, cue: Cue) -> Spans:
    """The pieces of a cue's content in characters, whole quotations and no punctuation at their edges."""
    doc = story.doc
    pieces: list[Span] = []
    for first, last in runs(without_punctuation(doc, with_last_word(doc, cue))):
        piece = story.chars(first, last)
        if piece is not None:
            pieces.append(widened(story, piece, doc[cue.anchor].idx))
    return merged(story.text, pieces)


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


def _with_lonely(text: str, drafts: list[Draft], lonely: list[list[Placed]]) -> list[Draft]:
    """Quotations without a cue: they go on with the quote right before them, or stand alone, or are none."""
    found = list(drafts)
    for group in lonely:
        if not stands_alone(text, group[0].quotation):
            continue
        previous = _quote_before(text, found, group[0].quotation)
        if previous is None:
            found.append(Draft(_pieces(group), (), (), "quotation-alone"))
        else:
            found[previous] = replace(found[previous], content=found[previous].content + _pieces(group))
    return sorted(found, key=_order)


def stands_alone(text: str, quotation: Quotation) -> bool:
    """Is it a sentence of its own: not a title, a single term or scare quotes?"""
    inner = text[quotation.start : quotation.end].strip(MARKS)
    if len(inner.split()) < FEWEST_WORDS_ALONE or not inner.endswith((".", "!", "?", ",", "…")):
        return False
    before = text[max(0, quotation.start - WIDEST_GAP) : quotation.start].rstrip(" \t\u00a0")
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


def _token_spans(doc: Doc, tokens: tuple[int, ...]) -> Spans:
    pieces = [(doc[start].idx, doc[end - 1].idx + len(doc[end - 1])) for start, end in runs(tokens)]
    return tuple(pieces)


def _to_span(story: Marked, draft: Draft, number: int) -> QuoteSpan:
    return QuoteSpan(
        id=f"q{number}",
        kind=kind_of(story, draft.content),
        content=draft.content,
        cue=_token_spans(story.doc, draft.cue),
        source=_token_spans(story.doc, draft.source),
        speaker=None,
        source_ref=None,
        rule=draft.rule,
    )
