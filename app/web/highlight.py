"""A story's text cut into flat segments, so that spans which overlap or nest become markup that cannot.

Concatenated, the segments are the text, character for character. All offsets are code points into the text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from app.spans import Span
from app.store.cards import MentionCard, StoryActorCard, StoryPage, StoryQuoteCard, StorySourceCard, ToponymCard

Part = Literal["name", "content", "cue", "voice", "source", "reference"]
Name = MentionCard | ToponymCard
Thing = Name | StoryQuoteCard | StorySourceCard | None

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


class Segment(NamedTuple):
    """A stretch of text over which nothing changes (a named tuple, since a long story has thousands).

    `actor` or `country` is what the innermost name here refers to (`level` as of mentions, `rule` that found it).
    `quotes` are those whose content this is, `cues` and `voices` those whose cue or source span it is; `opens` those
    of which a piece starts here, `closes` those of which one ends. `ids` are the anchors at its start, and `lead` the
    row of the panel that it leads back to. It is `plain` where there is no span at all.
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
    ends_source: bool = False
    reference: bool = False
    marked: bool = False
    ids: tuple[str, ...] = ()
    lead: str | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The segments up to and with the line ends that close it. `is_title` where it repeats the story's headline."""

    segments: tuple[Segment, ...]
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


class _Layer(NamedTuple):
    start: int
    end: int
    part: Part
    thing: Thing


def paragraphs(page: StoryPage, marked: Marked | None = None) -> list[Paragraph]:
    """The story's text as paragraphs of flat segments, cut wherever any span starts or ends."""
    marked = marked or Marked()
    ends = _paragraph_ends(page.text)
    segments = iter(_segments(page, marked, ends))
    title_end = _title_end(page)
    return [Paragraph(tuple(_until(segments, end)), is_title=end <= title_end) for _start, end in pairwise([0, *ends])]


def marked_mentions(page: StoryPage, marked: Marked) -> int:
    """How many mentions in the story are marked."""
    return sum(_is_marked(each, marked) for each in _names(page))


# ------------------------------------------------------------------------------------------------ paragraphs


def _paragraph_ends(text: str) -> list[int]:
    gaps = [gap.span() for gap in _SPACE.finditer(text) if _LINE_END.search(gap[0])]
    starts = [0, *(end for _start, end in gaps)]
    lengths = [gap[0] - start for start, gap in zip(starts, gaps, strict=False)]
    blank = [len(_LINE_END.findall(text, *gap)) > 1 for gap in gaps]
    wrapped = any(blank) and max(lengths) <= WRAPPED_AT_MOST
    ends = [
        gap[1]
        for gap, length, is_blank in zip(gaps, lengths, blank, strict=True)
        if gap[0] > 0 and (is_blank or not wrapped or length < WRAPPED_AT_LEAST)
    ]
    if not text or (ends and ends[-1] == len(text)):
        return ends
    return [*ends, len(text)]


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


def _until(segments: Iterator[Segment], end: int) -> Iterator[Segment]:
    for segment in segments:
        yield segment
        if segment.end == end:
            return


# ------------------------------------------------------------------------------------------------ segments


def _segments(page: StoryPage, marked: Marked, ends: Sequence[int]) -> Iterator[Segment]:
    layers = sorted(_layers(page), key=lambda layer: layer.start)
    borders = sorted({0, *ends, *(at for layer in layers for at in (layer.start, layer.end))})
    anchors = _anchors(layers, marked)
    actors = {card.actor.id: card for card in page.actors}
    led: set[str] = set()
    coming = iter([*layers, None])
    following = next(coming)
    active: list[_Layer] = []
    for start, end in pairwise(borders):
        active = [layer for layer in active if layer.end > start]
        while following is not None and following.start <= start:
            active.append(following)
            following = next(coming)
        yield _segment(page.text[start:end], start, active, actors, marked, anchors.get(start, ()), led)


def _segment(
    text: str,
    start: int,
    active: Sequence[_Layer],
    actors: dict[int, StoryActorCard],
    marked: Marked,
    ids: tuple[str, ...],
    led: set[str],
) -> Segment:
    end = start + len(text)
    if not active:
        return Segment(start, end, text, plain=True)
    things: dict[str, list[Any]] = {}
    for layer in active:
        things.setdefault(layer.part, []).append(layer.thing)
    names, quotes = things.get("name", ()), things.get("content", ())
    sources = things.get("source", ())
    name = _innermost(names)
    actor = actors.get(name.actor_id) if isinstance(name, MentionCard) else None
    country = name.country if isinstance(name, ToponymCard) else None
    return Segment(
        start,
        end,
        text,
        actor=actor,
        country=country,
        level=_level(name) if name else None,
        rule=name.rule if name and (actor or country) else None,
        quotes=tuple(quotes),
        cues=tuple(things.get("cue", ())),
        voices=tuple(things.get("voice", ())),
        sources=tuple(sources),
        opens=_things(each for each in active if each.part == "content" and each.start == start) if quotes else (),
        closes=_things(each for each in active if each.part == "content" and each.end == end) if quotes else (),
        ends_source=bool(sources) and any(each.end == end for each in active if each.part == "source"),
        reference="reference" in things,
        marked=any(_is_marked(each, marked) for each in names),
        ids=ids,
        lead=None if actor or country or text.isspace() else _lead(quotes, sources, led),
    )


def _lead(quotes: Sequence[StoryQuoteCard], sources: Sequence[StorySourceCard], led: set[str]) -> str | None:
    """The row this stretch leads to: of a quote only the first stretch is a link, lest every line becomes one."""
    row = next((f"q{quote.position}" for quote in quotes if f"q{quote.position}" not in led), None)
    if row:
        led.add(row)
        return row
    return f"s{sources[0].position}" if sources else None


def _things(layers: Iterable[_Layer]) -> tuple[Any, ...]:
    return tuple(layer.thing for layer in layers)


def _innermost(names: Sequence[Name]) -> Name | None:
    """The shortest name here; a name goes before a description or pronoun however short that is."""
    if len(names) == 1:
        return names[0]
    return min(names, key=lambda name: (_level(name) != "name", name.end - name.start), default=None)


def _level(name: Name) -> str:
    return name.level if isinstance(name, MentionCard) else "name"


def _is_marked(thing: Thing, marked: Marked) -> bool:
    if isinstance(thing, MentionCard):
        return thing.actor_id in marked.actors
    return isinstance(thing, ToponymCard) and thing.country in marked.countries


def _names(page: StoryPage) -> Iterator[Name]:
    yield from page.mentions
    yield from page.toponyms


def _layers(page: StoryPage) -> Iterator[_Layer]:
    for part, spans, thing in _spans(page):
        for start, end in spans:
            start, end = max(start, 0), min(end, len(page.text))
            if start < end:
                yield _Layer(start, end, part, thing)


def _spans(page: StoryPage) -> Iterator[tuple[Part, Sequence[Span], Thing]]:
    for name in _names(page):
        yield "name", ((name.start, name.end),), name
    for quote in page.quotes:
        yield "content", quote.content, quote
        yield "cue", quote.cue, quote
        yield "voice", quote.source, quote
    for source in page.sources:
        yield "source", source.mentions, source
    yield "reference", page.references, None


def _anchors(layers: Sequence[_Layer], marked: Marked) -> dict[int, tuple[str, ...]]:
    """The ids that each place starts with: every thing's first place has its own; quotes' come first."""
    first: dict[str, int] = {}
    for layer in layers:
        for name in _anchor_names(layer, marked):
            first.setdefault(name, layer.start)
    anchors: dict[int, tuple[str, ...]] = {}
    for name in sorted(first, key=lambda name: not name.startswith("q")):
        anchors[first[name]] = (*anchors.get(first[name], ()), name)
    return anchors


def _anchor_names(layer: _Layer, marked: Marked) -> Iterator[str]:
    thing = layer.thing
    if layer.part == "content" and isinstance(thing, StoryQuoteCard):
        yield f"q{thing.position}"
    elif isinstance(thing, StorySourceCard):
        yield f"s{thing.position}"
    elif isinstance(thing, MentionCard):
        yield f"a{thing.actor_id}"
    elif isinstance(thing, ToponymCard):
        yield f"c{thing.country}"
    if _is_marked(thing, marked):
        yield "marked"
