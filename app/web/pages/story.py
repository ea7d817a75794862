"""One annotated story."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.store import story_page
from app.store.cards import StoryActorCard, StoryPage, StoryQuoteCard, StorySourceCard
from app.store.filters import Selection, parse_selection
from app.store.paging import MAX_ID
from app.web import highlight, links
from app.web.deps import SessionDep
from app.web.errors import no_story, not_found
from app.web.markup import markup, text_markup
from app.web.panel import Rows, Voice
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Panel:
    """What "In this story" says at a glance."""

    voices: tuple[Voice, ...]
    spoken_of: tuple[StoryActorCard, ...]
    unnamed: tuple[StorySourceCard, ...]
    actors: dict[str, tuple[StoryActorCard, ...]]


@router.get("/stories/{key}")
def show(request: Request, session: SessionDep, key: str) -> Response:
    """The story, with the mentions of the people and countries in the address marked."""
    story_id, slug = links.read_key(key) or (None, "")
    page = story_page.get_story(session, story_id) if story_id else None
    if page is None:
        raise no_story(session, story_id)
    if slug != page.slug:
        return RedirectResponse(links.with_query(links.story(page), request.url.query), 301)
    marked = _marked(parse_selection(request.query_params.multi_items()), page)
    return render(request, "story.html", **context(page, marked))


@router.get("/stories/{key}/earlier/{number}")
def show_earlier(request: Request, session: SessionDep, key: str, number: int) -> Response:
    """What the story said before it was changed at the same address."""
    story_id, _slug = links.read_key(key) or (None, "")
    known = story_id and 0 < number <= MAX_ID
    page = story_page.get_revision(session, story_id, number) if story_id and known else None
    if page is None:
        raise not_found()
    return render(request, "revision.html", page=page)


def context(page: StoryPage, marked: highlight.Marked) -> dict[str, Any]:
    """What the template of a story gets."""
    paragraphs = highlight.paragraphs(page, marked)
    return {
        "story": page,
        "text": text_markup(paragraphs, page.text),
        "heading": next((markup(each.segments) for each in paragraphs if each.is_title), page.title),
        "rows": Rows(page, {name for each in paragraphs for segment in each.segments for name in segment.ids}),
        "marked_count": highlight.marked_mentions(page, marked),
        "panel": _panel(page),
    }


def _marked(selection: Selection, page: StoryPage) -> highlight.Marked:
    """Whose mentions to mark. Of a country these are also its peoples ("Israelis"), and where it speaks, who does."""
    actors = {
        int(value) for param in ("person", "organisation", "group", "speaker") for value in selection.values(param)
    }
    countries = {value for param in ("country", "focus", "speaking") for value in selection.values(param)}
    speaking = selection.values("speaking")
    for card in page.actors:
        if (card.actor.kind == "group" and card.country in countries) or (card.speaks and card.country in speaking):
            actors.add(card.actor.id)
    return highlight.Marked(frozenset(actors), frozenset(countries))


def _panel(page: StoryPage) -> Panel:
    kinds = ("person", "organisation", "group")
    return Panel(
        voices=_voices(page),
        spoken_of=tuple(actor for actor in page.actors if not actor.speaks),
        unnamed=tuple(source for source in page.sources if source.unnamed),
        actors={kind: tuple(actor for actor in page.actors if actor.actor.kind == kind) for kind in kinds},
    )


def _voices(page: StoryPage) -> tuple[Voice, ...]:
    """Quotes grouped by speaker, or where that is unknown by the words that name one; most words first."""
    unnamed = {source.position for source in page.sources if source.unnamed}
    groups: dict[int | str | None, list[StoryQuoteCard]] = {}
    for quote in page.quotes:
        groups.setdefault(quote.speaker.id if quote.speaker else quote.source_words, []).append(quote)
    voices = [
        Voice(
            actor=group[0].speaker,
            name=group[0].speaker.name if group[0].speaker else group[0].source_words,
            quotes=tuple(group),
            unnamed=all(quote.source_position in unnamed for quote in group),
        )
        for group in groups.values()
    ]
    return tuple(sorted(voices, key=lambda voice: -voice.words))
