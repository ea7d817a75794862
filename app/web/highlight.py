"""A story's text cut into flat segments, so that spans which overlap or nest become markup that cannot.

Concatenated, the segments are the text, character for character. All offsets are code points into the text.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from markupsafe import Markup

from app.spans import Span
from app.store.cards import MentionCard, StoryActorCard, StoryPage, StoryQuoteCard, StorySourceCard, ToponymCard
from app.web import links

Part = Literal["name", "content", "cue", "voice", "source", "reference"]
Name = MentionCard | ToponymCard
Thing = Name | StoryQuoteCard | StorySourceCard | None

QUOTE_KINDS = ("direct", "mixed", "indirect")
QUOTE_MARKS = {"direct": "“", "mixed": "“…", "indirect": "…"}
FORM_LABELS = {
    "named person": "person",
    "named organisation": "body",
    "unnamed person": "unnamed",
    "unnamed group": "unnamed",
    "document": "document",
    "other media": "media",
    "social media": "social",
    "the reporter": "reporter",
    "none given": "no source",
}

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


def markup(segments: Iterable[Segment]) -> Markup:
    """Segments as markup whose text reads back the same; put together here, as a template takes ten times as long."""
    return Markup("".join(piece for segment in segments for piece in _pieces(segment)))  # noqa: S704 - all is escaped


def _pieces(segment: Segment) -> Iterator[str]:
    for name in segment.ids[1:]:
        yield f'<span id="{name}" class="at"></span>'
    tag, attributes = ("", {}) if segment.plain else element(segment)
    # A browser would turn a bare carriage return into a newline.
    words = html.escape(segment.text, quote=False).replace("\r", "&#13;")
    if not tag:
        yield words
        return
    given = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items())
    yield f"<{tag}{given}>{words}</{tag}>"


def element(segment: Segment) -> tuple[str, dict[str, str]]:
    """The tag and attributes of a segment's markup: a link where it leads somewhere, "" for plain text."""
    href = _href(segment)
    attributes = {
        "id": segment.ids[0] if segment.ids else None,
        "class": " ".join(_classes(segment)),
        "href": href,
        "data-a": str(segment.actor.actor.id) if segment.actor else None,
        "data-c": segment.country,
        "data-r": segment.rule,
        "data-q": segment.quotes and _positions(segment.quotes),
        "data-cue": segment.cues and _positions(segment.cues),
        "data-v": segment.voices and _positions(segment.voices),
        "data-s": segment.sources and _positions(segment.sources),
        "data-mark": QUOTE_MARKS[segment.opens[0].kind] if segment.opens else None,
        "data-label": FORM_LABELS[segment.sources[0].form] if segment.ends_source else None,
        "aria-describedby": " ".join(_descriptions(segment)) if href else None,
    }
    given = {name: str(value) for name, value in attributes.items() if value}
    return ("a" if href else "span" if given else ""), given


# ------------------------------------------------------------------------------------------------ markup


def _href(segment: Segment) -> str | None:
    if segment.actor:
        return links.actor(segment.actor.actor)
    if segment.country:
        return links.country(segment.country)
    return f"#row-{segment.lead}" if segment.lead else None


def _classes(segment: Segment) -> Iterator[str]:
    if segment.actor or segment.country:
        yield "n"
        yield segment.actor.actor.kind if segment.actor else "country"
        if segment.level in ("nominal", "pronoun"):
            yield "soft"
    flags = {
        "q": segment.quotes,
        "open": segment.opens,
        "close": segment.closes,
        "cue": segment.cues,
        "src": segment.sources or segment.voices,
        "unnamed": any(source.unnamed for source in segment.sources),
        "ref": segment.reference,
        "hit": segment.marked,
    }
    yield from (name for name, on in flags.items() if on)


def _descriptions(segment: Segment) -> Iterator[str]:
    if segment.actor:
        yield f"d-a{segment.actor.actor.id}"
    if segment.country:
        yield f"d-c{segment.country}"
    if segment.lead and not segment.sources:
        yield f"d-{segment.lead}"
    yield from (f"d-q{quote.position}" for quote in segment.opens if f"q{quote.position}" != segment.lead)
    yield from (f"d-s{source.position}" for source in segment.sources)


def _positions(cards: Sequence[StoryQuoteCard] | Sequence[StorySourceCard]) -> str:
    return " ".join(str(card.position) for card in cards)


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
    if not active:
        return Segment(start, start + len(text), text, plain=True)
    end = start + len(text)
    parts: defaultdict[Part, list[_Layer]] = defaultdict(list)
    for layer in active:
        parts[layer.part].append(layer)
    name = _innermost(parts["name"])
    actor = actors.get(name.actor_id) if isinstance(name, MentionCard) else None
    country = name.country if isinstance(name, ToponymCard) else None
    content = parts["content"]
    quotes = _things(content)
    sources = _things(parts["source"])
    return Segment(
        start,
        end,
        text,
        actor=actor,
        country=country,
        level=_level(name) if name else None,
        rule=name.rule if name and (actor or country) else None,
        quotes=quotes,
        cues=_things(parts["cue"]),
        voices=_things(parts["voice"]),
        sources=sources,
        opens=_things(layer for layer in content if layer.start == start),
        closes=_things(layer for layer in content if layer.end == end),
        ends_source=any(layer.end == end for layer in parts["source"]),
        reference=bool(parts["reference"]),
        marked=any(_is_marked(layer.thing, marked) for layer in parts["name"]),
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


def _innermost(layers: Sequence[_Layer]) -> Name | None:
    """The shortest name here; a name goes before a description or pronoun however short that is."""
    names: tuple[Name, ...] = _things(layers)
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
    match layer.thing:
        case StoryQuoteCard(position=position) if layer.part == "content":
            yield f"q{position}"
        case StorySourceCard(position=position):
            yield f"s{position}"
        case MentionCard(actor_id=actor_id):
            yield f"a{actor_id}"
        case ToponymCard(country=country):
            yield f"c{country}"
    if _is_marked(layer.thing, marked):
        yield "marked"
