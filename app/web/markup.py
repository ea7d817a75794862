"""The markup of a story's text, put together here: a template takes several times as long for a long story."""

from collections.abc import Iterable, Sequence
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
    opening, tag = _opening(segment)
    further = "".join([f'<span id="{name}" class="at"></span>' for name in segment.ids[1:]])
    return f"{further}<{tag}{opening}>{words}</{tag}>" if opening else further + words


def _words(text: str) -> str:
    # A browser would turn a bare carriage return into a newline.
    return escape(text, quote=False).replace("\r", "&#13;")


def _opening(segment: Segment) -> tuple[str, str]:
    """The attributes of a segment's element, and its tag: a link where it leads to whom or what it names, or back."""
    classes: list[str] = []
    data: list[str] = []
    described: list[str] = []
    href = f"#row-{segment.lead}" if segment.lead else None
    if segment.lead and not segment.sources:
        described.append(f"d-{segment.lead}")
    if segment.actor or segment.country:
        href = _name(segment, classes, data, described)
    if segment.quotes or segment.cues or segment.voices:
        _quotes(segment, classes, data, described)
    if segment.sources or segment.voices:
        _sources(segment, classes, data, described)
    if segment.reference:
        classes.append("ref")
    if segment.marked:
        classes.append("hit")
    opening = (
        (f' id="{segment.ids[0]}"' if segment.ids else "")
        + (f' class="{" ".join(classes)}"' if classes else "")
        + (f' href="{href}"' if href else "")
        + "".join(data)
        + (f' aria-describedby="{" ".join(described)}"' if href else "")
    )
    return opening, "a" if href else "span"


def _name(segment: Segment, classes: list[str], data: list[str], described: list[str]) -> str:
    """Whom or what it names; the address of that."""
    if segment.actor:
        actor = segment.actor.actor
        kind, href, key, name = actor.kind, links.actor(actor), "a", str(actor.id)
    else:
        name = segment.country or ""
        kind, href, key = "country", links.country(name), "c"
    classes.append(f"n {kind}" if segment.level == "name" else f"n {kind} soft")
    data.append(f' data-{key}="{name}" data-r="{escape(segment.rule or "")}"')
    described.append(f"d-{key}{name}")
    return href


def _quotes(segment: Segment, classes: list[str], data: list[str], described: list[str]) -> None:
    """Of which quotes it is the content, the cue, the source."""
    if segment.quotes:
        classes.append("q")
        data.append(f' data-q="{_positions(segment.quotes)}"')
    if segment.opens:
        classes.append("open")
        data.append(f' data-mark="{QUOTE_MARKS[segment.opens[0].kind]}"')
        described += [f"d-q{quote.position}" for quote in segment.opens if f"q{quote.position}" != segment.lead]
    if segment.closes:
        classes.append("close")
    if segment.cues:
        classes.append("cue")
        data.append(f' data-cue="{_positions(segment.cues)}"')
    if segment.voices:
        data.append(f' data-v="{_positions(segment.voices)}"')


def _sources(segment: Segment, classes: list[str], data: list[str], described: list[str]) -> None:
    """To which sources it belongs."""
    classes.append("src")
    if segment.sources:
        data.append(f' data-s="{_positions(segment.sources)}"')
        described += [f"d-s{source.position}" for source in segment.sources]
    if segment.label:
        data.append(f' data-label="{FORM_LABELS[segment.label.form]}"')
    if any(source.unnamed for source in segment.sources):
        classes.append("unnamed")


def _positions(cards: Sequence[StoryQuoteCard] | Sequence[StorySourceCard]) -> str:
    return " ".join([str(card.position) for card in cards])
