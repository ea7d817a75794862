"""The markup of a story's text, put together here: a template takes several times as long for a long story."""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from markupsafe import Markup

from app.store.cards import StoryQuoteCard
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


Words = Callable[[str], str]


def text_markup(paragraphs: Iterable[Paragraph], text: str) -> Markup:
    """The whole text; the paragraph that is also the headline is there for its characters only."""
    # Most texts have nothing to escape: to ask once is quicker than for each of their pieces.
    words = str if _escaped(text) == text else _escaped
    return Markup("".join([_paragraph(each, words) for each in paragraphs]))  # noqa: S704 - all is escaped


def _paragraph(paragraph: Paragraph, words: Words) -> str:
    if paragraph.is_title:
        return f'<span class="vh" aria-hidden="true">{words(paragraph.text)}</span>'
    kind = paragraph.quote_kind
    opening = f'<p class="has-quote {kind}">' if kind else "<p>"
    return f"{opening}{_marked_up(paragraph.segments, words)}</p>"


def markup(segments: Iterable[Segment]) -> Markup:
    """Segments as markup whose text reads back the same."""
    return Markup(_marked_up(segments, _escaped))  # noqa: S704 - all is escaped


def _marked_up(segments: Iterable[Segment], words: Words) -> str:
    return "".join([words(each.text) if each.plain else _element(each, words(each.text)) for each in segments])


def _escaped(text: str) -> str:
    # A browser would turn a bare carriage return into a newline.
    return escape(text, quote=False).replace("\r", "&#13;")


def _element(segment: Segment, words: str) -> str:
    """A link where it leads to whom or what it names, or back to its row; only the words where it has nothing to say.

    Classes, and the ids of what describes it, are gathered with a space before each.
    """
    href, classes, data, described = _target(segment)
    if segment.quotes or segment.cues or segment.voices:
        more_classes, more_data, more_described = _quotes(segment)
        classes, data, described = classes + more_classes, data + more_data, described + more_described
    if segment.sources or segment.voices:
        more_classes, more_data, more_described = _sources(segment)
        classes, data, described = classes + more_classes, data + more_data, described + more_described
    if segment.reference:
        classes += " ref"
    if segment.marked:
        classes += " hit"
    before = opening = ""
    for name in segment.ids:
        if opening:
            before += f'<span id="{name}" class="at"></span>'
        else:
            opening = f' id="{name}"'
    if classes:
        opening += f' class="{classes[1:]}"'
    if href:
        return f'{before}<a{opening} href="{href}"{data} aria-describedby="{described[1:]}">{words}</a>'
    return f"{before}<span{opening}{data}>{words}</span>" if opening else words


def _target(segment: Segment) -> tuple[str, str, str, str]:
    """The address that it leads to, and the classes, data and descriptions that come of it."""
    if segment.actor:
        actor = segment.actor.actor
        href, kind, name = links.actor(actor), actor.kind, f"a{actor.id}"
    elif segment.country:
        href, kind, name = links.country(segment.country), "country", f"c{segment.country}"
    elif segment.lead:
        return f"#row-{segment.lead}", "", "", ""
    else:
        return "", "", "", ""
    soft = "" if segment.level == "name" else " soft"
    return href, f" n {kind}{soft}", f' data-r="{escape(segment.rule or "")}"', f" n-{name} d-{name}"


def _quotes(segment: Segment) -> tuple[str, str, str]:
    """Of which quotes it is the content, the cue, the source; who says what is told where it starts and is a link."""
    classes = data = described = ""
    if segment.quotes:
        classes, data = " q", f' data-q="{_positions(segment.quotes)}"'
        for quote in segment.quotes:
            if quote in segment.opens or segment.lead == f"q{quote.position}":
                who = f" n-a{quote.speaker.id}" if quote.speaker else ""
                described += f"{who} d-q{quote.position}"
    if segment.opens:
        classes += " open"
        data += f' data-mark="{QUOTE_MARKS[segment.opens[0].kind]}"'
    if segment.closes:
        classes += " close"
    if segment.cues:
        classes += " cue"
        data += f' data-cue="{_positions(segment.cues)}"'
    if segment.voices:
        data += f' data-v="{_positions(segment.voices)}"'
    return classes, data, described


def _sources(segment: Segment) -> tuple[str, str, str]:
    """To which sources it belongs."""
    classes, data, described = " src", "", ""
    if segment.label:
        data = f' data-label="{FORM_LABELS[segment.label.form]}"'
    for source in segment.sources:
        described += f" n-s{source.position} d-s{source.position}"
        if source.unnamed:
            classes = " src unnamed"
    return classes, data, described


def _positions(quotes: Sequence[StoryQuoteCard]) -> str:
    if len(quotes) == 1:
        return str(quotes[0].position)
    return " ".join([str(quote.position) for quote in quotes])
