"""The markup of a story's text, put together here: a template takes several times as long for a long story."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from markupsafe import Markup

from app.store.cards import StoryQuoteCard, StorySourceCard
from app.web import links
from app.web.highlight import Paragraph, Segment

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


def text_markup(paragraphs: Iterable[Paragraph]) -> Markup:
    """The whole text; the paragraph that is also the headline is there for its characters only."""
    return Markup("".join(map(_paragraph, paragraphs)))  # noqa: S704 - all is escaped


def _paragraph(paragraph: Paragraph) -> str:
    if paragraph.is_title:
        return f'<span class="vh" aria-hidden="true">{_words(paragraph.text)}</span>'
    kind = paragraph.quote_kind
    opening = f'<p class="has-quote {kind}">' if kind else "<p>"
    return f"{opening}{''.join(map(_marked_up, paragraph.segments))}</p>"


def markup(segments: Iterable[Segment]) -> Markup:
    """Segments as markup whose text reads back the same."""
    return Markup("".join(map(_marked_up, segments)))  # noqa: S704 - all is escaped


def _marked_up(segment: Segment) -> str:
    words = _words(segment.text)
    if segment.plain:
        return words
    further = "".join(f'<span id="{name}" class="at"></span>' for name in segment.ids[1:])
    href = _href(segment)
    attributes = "".join(_attributes(segment, href))
    tag = "a" if href else "span"
    return f"{further}<{tag}{attributes}>{words}</{tag}>" if attributes else further + words


def _words(text: str) -> str:
    # A browser would turn a bare carriage return into a newline.
    return escape(text, quote=False).replace("\r", "&#13;")


def _href(segment: Segment) -> str | None:
    """Where it leads: to whom or what it names, else to its row in the panel."""
    if segment.actor:
        return links.actor(segment.actor.actor)
    if segment.country:
        return links.country(segment.country)
    return f"#row-{segment.lead}" if segment.lead else None


def _attributes(segment: Segment, href: str | None) -> Iterator[str]:  # noqa: C901 - a list of what may be there
    if segment.ids:
        yield f' id="{segment.ids[0]}"'
    if classes := " ".join(_classes(segment)):
        yield f' class="{classes}"'
    if href:
        yield f' href="{escape(href)}"'
    if segment.actor:
        yield f' data-a="{segment.actor.actor.id}"'
    if segment.country:
        yield f' data-c="{segment.country}"'
    if segment.rule:
        yield f' data-r="{escape(segment.rule)}"'
    if segment.quotes:
        yield f' data-q="{_positions(segment.quotes)}"'
    if segment.cues:
        yield f' data-cue="{_positions(segment.cues)}"'
    if segment.voices:
        yield f' data-v="{_positions(segment.voices)}"'
    if segment.sources:
        yield f' data-s="{_positions(segment.sources)}"'
    if segment.opens:
        yield f' data-mark="{QUOTE_MARKS[segment.opens[0].kind]}"'
    if segment.label:
        yield f' data-label="{FORM_LABELS[segment.label.form]}"'
    if href:
        yield f' aria-describedby="{" ".join(_descriptions(segment))}"'


def _classes(segment: Segment) -> Iterator[str]:  # noqa: C901 - a list of what may be there
    if segment.actor or segment.country:
        yield f"n {segment.actor.actor.kind}" if segment.actor else "n country"
        if segment.level in ("nominal", "pronoun"):
            yield "soft"
    if segment.quotes:
        yield "q"
    if segment.opens:
        yield "open"
    if segment.closes:
        yield "close"
    if segment.cues:
        yield "cue"
    if segment.sources or segment.voices:
        yield "src"
    if any(source.unnamed for source in segment.sources):
        yield "unnamed"
    if segment.reference:
        yield "ref"
    if segment.marked:
        yield "hit"


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
    return " ".join([str(card.position) for card in cards])
