"""The markup of what a list repeats dozens of times, put together here: a template takes several times as long."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from markupsafe import Markup

from app.country_names import country_name
from app.store.cards import ActorRef, FacetValue, StoryCard, StoryPage, StoryRef
from app.store.filters import Selection
from app.web import links
from app.web.charts import HEIGHT, STEP, Bar
from app.web.words import day, number, plural

NOTHING = Selection()
Evidence = Mapping[int, Sequence[tuple[str, int]]]
NO_EVIDENCE: Evidence = {}
# A story shows so many of the words that name a country there, and so many of the places where its copies stand.
MOST_EVIDENCE = 8
MOST_COPIES = 5
# Stand in the address that all bars of a chart share for the dates of each.
FROM, TO = "0001-01-01", "0001-01-02"


def story_cards(
    stories: Iterable[StoryCard],
    selection: Selection = NOTHING,
    level: int = 2,
    evidence: Evidence = NO_EVIDENCE,
    evidence_label: str = "",
) -> Markup:
    """The stories of a list: headlines of that level lead to them, where what `selection` is about is marked.

    `evidence` gives for a story's id words of it, each with how often they stand there, shown behind `evidence_label`.
    """
    cards = (_card(each, selection, level, evidence.get(each.id, ()), evidence_label) for each in stories)
    return Markup("".join(cards))  # noqa: S704 - all is escaped


def _card(
    story: StoryCard, selection: Selection, level: int, evidence: Sequence[tuple[str, int]], evidence_label: str
) -> str:
    lead, lang = _snippet(story.snippet) if story.snippet else escape(story.lead), _foreign(story)
    parts = [
        f'<article class="card">\n<p class="kicker">{_byline(story)} · <span class="count">{_size(story)}</span></p>\n',
        f'<h{level}{lang}><a href="{escape(links.story(story, selection))}">{escape(story.title)}</a></h{level}>\n',
        f'<p class="lead"{lang}>{lead}</p>\n' if lead else "",
        f'<p class="who">{_who(story)}</p>\n',
        f'<p class="evidence">{escape(evidence_label)}: {_evidence(evidence)}</p>\n' if evidence else "",
        f'<p class="copies">{_also_in(story)}</p>\n' if story.copies else "",
        "</article>\n",
    ]
    return "".join(parts)


def byline(story: StoryCard | StoryRef) -> Markup:
    """The outlet, the date, and whether the story is invented."""
    return Markup(_byline(story))  # noqa: S704 - all is escaped


def _byline(story: StoryCard | StoryRef) -> str:
    outlet = "outlet unknown"
    if story.outlet:
        address = escape(links.stories_of("outlet", story.outlet.slug))
        outlet = f'<a href="{address}">{escape(story.outlet.name)}</a>'
    tag = ' <span class="tag">invented</span>' if story.invented else ""
    return f"{outlet}\n  · {_date(story.published_at)}{tag}"


def date(moment: datetime | None) -> Markup:
    """A day as a reader and a program read it, or "undated"."""
    return Markup(_date(moment))  # noqa: S704 - no words of others


def _date(moment: datetime | None) -> str:
    return f'<time datetime="{moment.isoformat()}">{day(moment)}</time>' if moment else day(None)


def foreign(story: StoryCard | StoryPage) -> Markup:
    """The attribute that names the language of a story's words, where it is not that of the page."""
    return Markup(_foreign(story))  # noqa: S704 - escaped


def _foreign(story: StoryCard | StoryPage) -> str:
    is_ours = story.language is None or story.language == "en"
    return "" if is_ours else f' lang="{escape(story.language or "")}"'


def snippet(pieces: Iterable[tuple[str, bool]]) -> Markup:
    """Words around hits, these marked."""
    return Markup(_snippet(pieces))  # noqa: S704 - all is escaped


def _snippet(pieces: Iterable[tuple[str, bool]]) -> str:
    return "".join(f"<mark>{escape(words)}</mark>" if hit else escape(words) for words, hit in pieces)


def facet_values(param: str, values: Iterable[FacetValue], selection: Selection) -> Markup:
    """Values of a facet: the words of each choose it, or let go of it; the minus leaves it out.

    Both are buttons of the form around the facets, which has the selection: with an address for each of them a
    filtered page would be large.
    """
    return Markup("".join(_facet_value(param, value, selection) for value in values))  # noqa: S704 - all is escaped


def _facet_value(param: str, value: FacetValue, selection: Selection) -> str:
    label, which = escape(value.label), escape(value.value)
    if value.chosen:
        address = escape(links.stories(selection.without(param, value.value)))
        inside = (
            f'<a href="{address}" aria-current="true">{label}<span class="vh">, chosen; choose again to remove</span> '
            f"<b>{number(value.count)}</b></a>"
        )
    else:
        inside = (
            f'<button name="{param}" value="{which}">{label} <b>{number(value.count)}</b></button>'
            f'<button class="not" name="not" value="{param}:{which}" aria-label="leave out {label}">−</button>'
        )
    return f"<li>{inside}</li>\n"


def chart(bars: Sequence[Bar], of: str, selection: Selection, over: int | None = None) -> Markup:
    """Bars that each lead to the stories of their month or year; `over` is the sample they were counted over.

    Nothing where fewer than two have stories.
    """
    drawn = [bar for bar in bars if bar.stories]
    if len(drawn) < 2:
        return Markup("")
    address = escape(links.stories(selection.adding("from", FROM).adding("to", TO)))
    most = plural(max(bar.stories for bar in drawn), "story", "stories")
    parts = [
        f'<figure class="chart">\n<svg viewBox="0 0 {len(bars) * STEP} {HEIGHT}" preserveAspectRatio="none"',
        f' role="group" aria-label="Stories {escape(of)} over time">\n',
        *(_bar(bar, address) for bar in drawn),
        f"</svg>\n<figcaption><span>{bars[0].brief}</span> ",
        f"<span>{most} a {'month' if '-' in bars[0].period else 'year'} at most",
        f", of the newest {number(over)}</span> " if over else "</span> ",
        f"<span>{bars[-1].brief}</span></figcaption>\n</figure>\n",
    ]
    return Markup("".join(parts))  # noqa: S704 - all is escaped


def _bar(bar: Bar, address: str) -> str:
    # No value in an address has an equals sign of its own, so that only the dates are replaced.
    here = address.replace(f"from={FROM}", f"from={bar.first_day}").replace(f"to={TO}", f"to={bar.last_day}")
    return (
        f'<a href="{here}"><title>{bar.words}: {plural(bar.stories, "story", "stories")}</title>'
        f'<rect class="room" x="{bar.x}" y="0" width="{STEP}" height="{HEIGHT}"/>'
        f'<rect x="{bar.x + 1}" y="{bar.y}" width="{STEP - 2}" height="{bar.height}"/></a>\n'
    )


def _size(story: StoryCard) -> str:
    words = plural(story.word_count, "word")
    if story.state == "annotated":
        return f"{plural(story.quote_count, 'quote')} · {words}"
    waits = "waiting to be annotated" if story.state == "pending" else f"not annotated: {escape(story.state)}"
    return f"{waits} · {words}"


def _who(story: StoryCard) -> str:
    """The actors that matter, those who speak first, and the countries."""
    speaking = {actor.id for actor in story.speakers}
    rows = (
        ("Speaking", [_actor(actor) for actor in story.actors if actor.id in speaking]),
        ("Named", [_actor(actor) for actor in story.actors if actor.id not in speaking]),
        ("Countries", [_country(code) for code in story.countries]),
    )
    return " ".join(f"<span><b>{label}</b> {', '.join(named)}</span>" for label, named in rows if named)


def _actor(actor: ActorRef) -> str:
    return f'<a class="{actor.kind}" href="{links.actor(actor)}">{escape(actor.name)}</a>'


def _country(code: str) -> str:
    return f'<a class="country" href="{links.country(code)}">{escape(country_name(code))}</a>'


def _evidence(evidence: Sequence[tuple[str, int]]) -> str:
    shown = (
        f"“{escape(words)}”" + (f' <span class="count">{number(times)} times</span>' if times > 1 else "")
        for words, times in evidence[:MOST_EVIDENCE]
    )
    return ", ".join(shown) + _and_more(len(evidence) - MOST_EVIDENCE)


def _also_in(story: StoryCard) -> str:
    """The same text, or nearly: where else it stands."""
    outlets = list(dict.fromkeys(copy.outlet.name for copy in story.copies if copy.outlet))
    where = "another version"
    if len(outlets) > 1:
        where = plural(len(outlets), "outlet")
    elif outlets and outlets != [story.outlet.name if story.outlet else None]:
        where = "another outlet"
    shown = (
        f'<a href="{escape(links.story(copy))}">{escape(copy.outlet.name if copy.outlet else copy.title)}</a>'
        for copy in story.copies[:MOST_COPIES]
    )
    return f"Also in {where}: {', '.join(shown)}" + _and_more(len(story.copies) - MOST_COPIES)


def _and_more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
