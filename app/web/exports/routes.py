"""The addresses of everything that can be taken away."""

import json
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from app.store import browse, facets, story_page
from app.store.cards import StoryPage
from app.store.filters import parse_selection
from app.web import links
from app.web.deps import SessionDep, SettingsDep
from app.web.errors import no_story, not_found
from app.web.exports import alternates, atom, ninjs, opensearch, tables, webannotation
from app.web.exports.lists import LISTS, SOURCE_PARAMS, quotes_under, sources_under, stories_under
from app.web.exports.site import Site

router = APIRouter(include_in_schema=False)

# Copies of pages: search engines are to find the pages.
NOINDEX = {"X-Robots-Tag": "noindex"}


def _site(settings: SettingsDep) -> Site:
    return Site(settings.base_url)


# ------------------------------------------------------------------------------------------------ whole lists


@router.get("/{name}.csv")
def as_csv(request: Request, settings: SettingsDep, name: str) -> Response:
    """A whole list for spreadsheets."""
    return _streamed(request, settings, name, "csv", f"{alternates.CSV}; charset=utf-8", tables.csv_chunks)


@router.get("/{name}.jsonl")
def as_json_lines(request: Request, settings: SettingsDep, name: str) -> Response:
    """A whole list for programs."""
    return _streamed(request, settings, name, "jsonl", alternates.JSON_LINES, tables.json_lines)


def _streamed(
    request: Request,
    settings: SettingsDep,
    name: str,
    ending: str,
    media_type: str,
    write: Callable[[tuple[str, ...], tables.Batches], Iterator[str]],
) -> Response:
    if name not in LISTS:
        raise not_found()
    listed = LISTS[name]
    batches = listed.batches(request.app.state.engine, request.query_params, _site(settings))
    headers = NOINDEX | {"Content-Disposition": f'attachment; filename="newsgloss-{name}.{ending}"'}
    if request.method == "HEAD":
        return StreamingResponse(iter([""]), headers=headers, media_type=media_type)
    # What goes wrong in the first batch is told before anything is sent.
    chunks = write(listed.columns, chain([next(batches)], batches))
    return StreamingResponse(chunks, headers=headers, media_type=media_type)


# ------------------------------------------------------------------------------------------------ feeds


@router.get("/stories.atom")
def stories_feed(request: Request, session: SessionDep, settings: SettingsDep, next: str | None = None) -> Response:  # noqa: A002
    """The newest stories of the selection in the address."""
    page = stories_under(request.query_params)(session, next, settings.page_size)
    entries = [atom.story_entry(card) for card in page.items]
    return _feed_under(request, session, settings, "stories", page.next, entries)


@router.get("/quotes.atom")
def quotes_feed(request: Request, session: SessionDep, settings: SettingsDep, next: str | None = None) -> Response:  # noqa: A002
    """The newest quotes of the selection in the address."""
    page = quotes_under(request.query_params)(session, next, settings.page_size)
    added_at = browse.added_at(session, [card.story.id for card in page.items])
    entries = [atom.quote_entry(card, added_at) for card in page.items]
    return _feed_under(request, session, settings, "quotes", page.next, entries)


@router.get("/sources.atom")
def sources_feed(request: Request, session: SessionDep, settings: SettingsDep, next: str | None = None) -> Response:  # noqa: A002
    """The newest sources that fit the address, such as those without a name."""
    page = sources_under(request.query_params)(session, next, settings.page_size)
    added_at = browse.added_at(session, [card.story.id for card in page.items])
    entries = [atom.source_entry(card, added_at) for card in page.items]
    chosen = {name: value for name in SOURCE_PARAMS if (value := request.query_params.get(name))}
    words = [f"{name}: {value}" for name, value in chosen.items()]
    return _feed(settings, "sources", words, urlencode(chosen), request.query_params.get("next"), page.next, entries)


def _feed_under(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    name: str,
    next_token: str | None,
    entries: list[atom.Entry],
) -> Response:
    selection = parse_selection(request.query_params.multi_items())
    words = [f"{chip.label}: {chip.words}" for chip in facets.chips(session, selection)]
    return _feed(settings, name, words, selection.query(), request.query_params.get("next"), next_token, entries)


def _feed(
    settings: SettingsDep,
    name: str,
    words: list[str],
    query: str,
    here: str | None,
    next_token: str | None,
    entries: list[atom.Entry],
) -> Response:
    """A page of the feed of a list under a query string, which `words` say; `here` is the token of this page."""

    def at(token: str | None) -> str:
        place = urlencode({"next": token}) if token else ""
        return links.with_query(f"/{name}.atom", "&".join(filter(None, (query, place))))

    about = atom.Feed(
        title=f"{atom.NAME}: {name}" + (f" ({', '.join(words)})" if words else ""),
        page=links.with_query("/" if name == "stories" else f"/{name}", query),
        first=at(None),
        here=at(here),
        next=at(next_token) if next_token else None,
    )
    return Response(atom.feed(about, entries, _site(settings)), headers=NOINDEX, media_type=atom.MEDIA_TYPE)


# ------------------------------------------------------------------------------------------------ one story


@router.get("/stories/{number}.annotations.jsonld")
def annotations(session: SessionDep, settings: SettingsDep, number: str) -> Response:
    """A story's annotations for other annotation tools."""
    return _json(webannotation.collection(_story(session, number), _site(settings)), webannotation.MEDIA_TYPE)


@router.get("/stories/{number}.ninjs.json")
def news_item(session: SessionDep, settings: SettingsDep, number: str) -> Response:
    """A story for newsroom systems."""
    return _json(ninjs.item(_story(session, number), _site(settings)), ninjs.MEDIA_TYPE)


@router.get("/stories/{number}.txt")
def plain_text(session: SessionDep, number: str) -> Response:
    """A story's words and nothing else: what the offsets of its annotations count in."""
    return Response(_story(session, number).text, headers=NOINDEX, media_type="text/plain")


def _json(value: dict[str, Any], media_type: str) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), headers=NOINDEX, media_type=media_type)


def _story(session: SessionDep, number: str) -> StoryPage:
    story_id, slug = links.read_key(number) or (None, "")
    story = story_page.get_story(session, story_id) if story_id and not slug else None
    if story is None:
        raise no_story(session, story_id)
    return story


# ------------------------------------------------------------------------------------------------ search


@router.get(opensearch.ADDRESS)
def search_description(settings: SettingsDep) -> Response:
    """How to search here, for browsers."""
    return Response(opensearch.description(_site(settings)), media_type=opensearch.MEDIA_TYPE)
