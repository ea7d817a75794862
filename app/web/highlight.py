"""A story's text cut into flat segments, so that spans which overlap or nest become markup that cannot.

Concatenated, the segments are the text, character for character. All offsets are code points into the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from app.store.cards import MentionCard, StoryActorCard, StoryPage, StoryQuoteCard, StorySourceCard, ToponymCard

Part = Literal["name", "content", "cue", "voice", "source", "reference"]
Name = MentionCard | ToponymCard

QUOTE_KINDS = ("direct", "mixed", "indirect")

_SPACE = re.compile(r"\s+")
_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Text wrapped by hand: its lines are this long at most, and a line shorter than the other is a real end.
WRAPPED_AT_MOST, WRAPPED_AT_LEAST = 100, 40


@dataclass(frozen=True, slots=True)
class Marked:
    """Whose mentions to mark: actors by number, countries by code."""

    actors: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()


@dataclass(slots=True)
class Segment:
    """A stretch of text over which nothing changes.

    `actor` or `country` is what the innermost name here refers to (`level` as of mentions, `rule` that found it).
    `quotes` are those whose content this is, `cues` and `voices` those whose cue or source span it is; `opens` those
    of which a piece starts here, `closes` those of which one ends. `label` is a source whose form is to be said at its
    end here: at its first place, and at each place of an unnamed one. `ids` are the anchors at its start, and `lead`
    the row of the panel that it leads back to. It is `plain` where there is no span at all.
    """

    start: int
    end: int
    text: str
    actor: StoryActorCard | None = None
    country: str | None = None
    level: str | None = None
    rule: str | None = None
    quotes: tuple[StoryQuoteCard, ...] = ()
    cues: tuple[StoryQuoteCard, ...] = ()
    voices: tuple[StoryQuoteCard, ...] = ()
    sources: tuple[StorySourceCard, ...] = ()
    opens: tuple[StoryQuoteCard, ...] = ()
    closes: tuple[StoryQuoteCard, ...] = ()
    label: StorySourceCard | None = None
    reference: bool = False
    marked: bool = False
    ids: tuple[str, ...] = ()
    lead: str | None = None
    plain: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The segments up to and with the line ends that close it. `is_title` where it repeats the story's headline."""

    segments: Sequence[Segment]
    is_title: bool = False

    @property
    def text(self) -> str:
        """Its words and the line ends behind them."""
        return "".join(segment.text for segment in self.segments)

    @property
    def quote_kind(self) -> str | None:
        """The most literal kind of the quotes in it."""
        kinds = {quote.kind for segment in self.segments for quote in segment.quotes}
        return next((kind for kind in QUOTE_KINDS if kind in kinds), None)


# Where it starts and ends, what it is of what, the anchor of its first place, whether it is marked.
_Layer = tuple[int, int, Part, Any, str | None, bool]
_START, _END = itemgetter(0), itemgetter(1)


class _Gap(NamedTuple):
    start: int
    end: int
    line_ends: int


def paragraphs(page: StoryPage, marked: Marked | None = None) -> list[Paragraph]:
    """The story's text as paragraphs of flat segments, cut wherever any span starts or ends."""
    marked = marked or Marked()
    ends = _paragraph_ends(page.text)
    title_end, closing = _title_end(page), set(ends)
    found: list[Paragraph] = []
    segments: list[Segment] = []
    for segment in _segments(page, marked, ends):
        segments.append(segment)
        if segment.end in closing:
            found.append(Paragraph(segments, is_title=segment.end <= title_end))
            segments = []
    return found


def marked_mentions(page: StoryPage, marked: Marked) -> int:
    """How many mentions in the story are marked."""
    of_actors = sum(mention.actor_id in marked.actors for mention in page.mentions)
    return of_actors + sum(toponym.country in marked.countries for toponym in page.toponyms)


# ------------------------------------------------------------------------------------------------ paragraphs


def _paragraph_ends(text: str) -> list[int]:
    gaps = list(_gaps(text))
    lengths = [gap.start - before for before, gap in zip([0, *(gap.end for gap in gaps)], gaps, strict=False)]
    wrapped = any(gap.line_ends > 1 for gap in gaps) and max(lengths) <= WRAPPED_AT_MOST
    ends = [
        gap.end
        for gap, length in zip(gaps, lengths, strict=True)
        if gap.start > 0 and (gap.line_ends > 1 or not wrapped or length < WRAPPED_AT_LEAST)
    ]
    if not text or (ends and ends[-1] == len(text)):
        return ends
    return [*ends, len(text)]


def _gaps(text: str) -> Iterator[_Gap]:
    """The stretches of white space in which a line ends."""
    start = at = line_ends = 0
    # The stroke is a last line with words, so that what the text ends with is a gap like the others.
    for line in f"{text}|".splitlines(keepends=True):
        words = line.lstrip()
        if words:
            begin = at + len(line) - len(words)
            if line_ends:
                yield _Gap(start, begin, line_ends)
            start, line_ends = begin + len(words.rstrip()), 0
        at += len(line)
        line_ends += 1


def _title_end(page: StoryPage) -> int:
    """Where the first line ends if it says the same as the given headline, else 0."""
    if page.title_is_ours:
        return 0
    start = len(page.text) - len(page.text.lstrip())
    line_end = _LINE_END.search(page.text, start)
    if line_end is None or _letters(page.text[start : line_end.start()]) != _letters(page.title):
        return 0
    gap = _SPACE.match(page.text, line_end.start())
    return gap.end() if gap else line_end.end()


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words)).casefold()


# ------------------------------------------------------------------------------------------------ segments


def _segments(page: StoryPage, marked: Marked, ends: Sequence[int]) -> Iterator[Segment]:
    text = page.text
    layers = sorted(_inside(_layers(page, marked), len(text)), key=_START)
    borders = sorted({0, *ends, *map(_START, layers), *map(_END, layers)})
    anchors = _anchors(layers)
    actors = {card.actor.id: card for card in page.actors}
    led: set[str] = set()
    labelled: set[int] = set()
    layers.reverse()
    active: list[_Layer] = []
    for start, end in pairwise(borders):
        if active:
            active = [layer for layer in active if layer[1] > start]
        while layers and layers[-1][0] == start:
            active.append(layers.pop())
        segment = Segment(start, end, text[start:end])
        if active:
            segment.plain = False
            segment.ids = anchors.get(start, ())
            names = _put_on(segment, active, labelled)
            if names:
                _name(segment, names, actors)
            if segment.quotes or segment.sources:
                _lead_back(segment, led)
        yield segment


def _put_on(segment: Segment, layers: Iterable[_Layer], labelled: set[int]) -> list[Name]:
    """Say what of quotes, sources and references the segment is; the names that stand there."""
    names: list[Name] = []
    for start, end, part, thing, _anchor, is_marked in layers:
        if is_marked:
            segment.marked = True
        if part == "name":
            names.append(thing)
        elif part == "content":
            segment.quotes += (thing,)
            segment.opens += (thing,) if start == segment.start else ()
            segment.closes += (thing,) if end == segment.end else ()
        elif part == "cue":
            segment.cues += (thing,)
        elif part == "voice":
            segment.voices += (thing,)
        elif part == "source":
            segment.sources += (thing,)
            # Its form is said once, that it has no name each time.
            is_said = thing.position in labelled and not thing.unnamed
            if end == segment.end and not segment.label and not is_said:
                segment.label = thing
                labelled.add(thing.position)
        else:
            segment.reference = True
    return names


def _name(segment: Segment, names: Sequence[Name], actors: Mapping[int, StoryActorCard]) -> None:
    """Say whom or what the segment names: the shortest name here; a name goes before any description or pronoun."""
    name = names[0]
    if len(names) > 1:
        name = min(names, key=lambda name: (_level(name) != "name", name.end - name.start))
    if isinstance(name, ToponymCard):
        segment.country = name.country
    else:
        segment.actor = actors.get(name.actor_id)
    if segment.actor or segment.country:
        segment.rule = name.rule
        segment.level = _level(name)


def _lead_back(segment: Segment, led: set[str]) -> None:
    """Say which row it leads to: of a quote only the first stretch is a link, lest every line becomes one."""
    if segment.actor or segment.country or segment.text.isspace():
        return
    for quote in segment.quotes:
        row = f"q{quote.position}"
        if row not in led:
            led.add(row)
            segment.lead = row
            return
    if segment.sources:
        segment.lead = f"s{segment.sources[0].position}"


def _level(name: Name) -> str:
    return name.level if isinstance(name, MentionCard) else "name"


def _inside(layers: Iterable[_Layer], length: int) -> Iterator[_Layer]:
    """The layers cut to the text, without those of which nothing is left."""
    for layer in layers:
        if 0 <= layer[0] < layer[1] <= length:
            yield layer
        elif max(layer[0], 0) < min(layer[1], length):
            yield (max(layer[0], 0), min(layer[1], length), *layer[2:])


def _layers(page: StoryPage, marked: Marked) -> Iterator[_Layer]:
    """What there is to highlight."""
    for mention in page.mentions:
        actor_id = mention.actor_id
        yield mention.start, mention.end, "name", mention, f"a{actor_id}", actor_id in marked.actors
    for toponym in page.toponyms:
        country = toponym.country
        yield toponym.start, toponym.end, "name", toponym, f"c{country}", country in marked.countries
    for quote in page.quotes:
        anchor = f"q{quote.position}"
        for start, end in quote.content:
            yield start, end, "content", quote, anchor, False
        for start, end in quote.cue:
            yield start, end, "cue", quote, None, False
        for start, end in quote.source:
            yield start, end, "voice", quote, None, False
    for source in page.sources:
        anchor = f"s{source.position}"
        for start, end in source.mentions:
            yield start, end, "source", source, anchor, False
    for start, end in page.references:
        yield start, end, "reference", None, None, False


def _anchors(layers: Sequence[_Layer]) -> dict[int, tuple[str, ...]]:
    """The ids that each place starts with: every thing's first place has its own; quotes' come first."""
    first: dict[str, int] = {}
    for start, _end, _part, _thing, anchor, is_marked in layers:
        if anchor:
            first.setdefault(anchor, start)
        if is_marked:
            first.setdefault("marked", start)
    anchors: dict[int, tuple[str, ...]] = {}
    for name in sorted(first, key=lambda name: name[0] != "q"):
        anchors[first[name]] = (*anchors.get(first[name], ()), name)
    return anchors
