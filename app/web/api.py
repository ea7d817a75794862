"""The JSON API: the same store functions as the pages, their values as they are."""

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, Field

from app.ingest import add_one
from app.read.address import read_sent
from app.spans import Affiliation, SourceForm, Unreadable
from app.store import actors, browse, facets, places, quotes, sources, story_page
from app.store.cards import (
    ActorCard,
    ActorPage,
    CountryCard,
    CountryPage,
    Facet,
    Page,
    QuoteCard,
    SourceCard,
    StoryCard,
    StoryPage,
)
from app.store.db import write_session
from app.store.filters import FILTERS, Selection, parse_selection
from app.store.matching import newest_sample
from app.store.paging import MAX_ID
from app.store.stories import Outcome, delete_stories
from app.web import links
from app.web.auth import require_write
from app.web.deps import SessionDep, SettingsDep
from app.web.errors import no_story
from app.web.long_work import takes_long

T = TypeVar("T")


class Problem(BaseModel):
    """What is wrong, and what to do about it; every error is answered with one."""

    error: str
    help: str


Problems = dict[int | str, dict[str, Any]]
PROBLEMS: Problems = {
    status: {"model": Problem, "description": words}
    for status, words in {
        400: "A filter or a `next` token that cannot be understood.",
        401: "A token is needed, or this one is not good for it.",
        404: "There is nothing at this address.",
        410: "There was a story here, which was taken back.",
        413: "The story is too large.",
        422: "The request has the wrong shape.",
        429: "Too many requests; the header Retry-After says when to go on.",
        503: "The archive is busy or cannot be written; try again after Retry-After.",
    }.items()
}
OF_STORIES: Problems = {410: PROBLEMS.pop(410)}
OF_BODIES: Problems = {413: PROBLEMS.pop(413)}

router = APIRouter(prefix="/api/v1", tags=["Newsgloss"], responses=PROBLEMS)

Number = Annotated[int, Path(ge=1, le=MAX_ID)]
Next = Annotated[str | None, Query(alias="next", description="The token of the page before.")]
Words = Annotated[str | None, Query(max_length=200)]
Initial = Annotated[str | None, Query(pattern="^[A-Za-z]$", description="The letter that names begin with.")]
Kind = Literal["people", "organisations", "groups"]
KINDS: dict[Kind, str] = {"people": "person", "organisations": "organisation", "groups": "group"}


class StoryIn(BaseModel):
    """A story to add: `text` or `html` is needed, or `url` alone, which is fetched; unknown keys are kept with it."""

    text: str | None = Field(None, description="The words, exactly as they are to be stored.")
    html: str | None = Field(None, description="A page or a part of one; its article is extracted.")
    title: str | None = Field(None, description="The headline; else the text's first line or sentence.")
    id: str | int | None = Field(None, description="The outlet's own number for it.")
    url: str | None = Field(None, description="Where it stands on the web.")
    outlet: str | None = Field(None, description="Who published it (`publisher` is taken too).")
    published_at: str | None = Field(None, description="ISO 8601; without a zone it is read as UTC.")
    invented: bool = Field(False, description="Whether it is made up, and its page must say so.")


class Saved(BaseModel):
    """What became of a story that was sent, and the story with its annotations."""

    outcome: Outcome
    address: str = Field(description="Where its page is, on this host.")
    story: StoryPage


def _selection(request: Request) -> Selection:
    return parse_selection(request.query_params.multi_items())


def _filter_parameters(*, quote_only: bool) -> dict[str, Any]:
    """The filters, for the OpenAPI document: the store reads them from the query string itself."""
    return {
        "parameters": [
            {
                "name": each.param,
                "in": "query",
                "description": f"{each.label}; may be given several times (any of them).",
                "schema": {"type": "array", "items": {"type": "string"}},
            }
            for each in FILTERS.values()
            if quote_only or not each.quote_only
        ]
    }


SelectionDep = Annotated[Selection, Depends(_selection)]


@router.get("/stories", openapi_extra=_filter_parameters(quote_only=False))
def list_stories(
    session: SessionDep, settings: SettingsDep, selection: SelectionDep, after: Next = None
) -> Page[StoryCard]:
    """The newest stories that fit the filters."""
    return browse.list_stories(session, selection, after=after, size=settings.page_size)


@router.get("/facets", openapi_extra=_filter_parameters(quote_only=False))
def list_facets(session: SessionDep, selection: SelectionDep) -> Sequence[Facet]:
    """The most frequent people, countries and so on among the stories that fit the filters, with counts."""
    return facets.beside_stories(session, selection, newest_sample(session, selection)).facets


@router.get("/stories/{number}", responses=OF_STORIES)
def get_story(session: SessionDep, number: Number) -> StoryPage:
    """One story with its text and all annotations; offsets are code points, end excluded."""
    page = story_page.get_story(session, number)
    if page is None:
        raise no_story(session, number)
    return page


async def _body(request: Request, settings: SettingsDep) -> bytes:
    """The request's body, refused as soon as it grows too large."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > settings.max_story_bytes:
            raise HTTPException(413, f"A story may have at most {settings.max_story_bytes:,} bytes")
    return bytes(data)


_STORY_BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": StoryIn.model_json_schema()}}}
}


@router.post(
    "/stories",
    dependencies=[Depends(require_write)],
    openapi_extra=_STORY_BODY,
    responses={201: {"model": Saved, "description": "It is new."}, **OF_BODIES},
)
@takes_long
def add_story(
    request: Request,
    response: Response,
    session: SessionDep,
    settings: SettingsDep,
    data: Annotated[bytes, Depends(_body)],
) -> Saved:
    """Add a story and answer with its annotations; 201 where it is new, 200 where it was known or is renewed."""
    raw = read_sent(data, "the story", request.app.state.visitor, max_bytes=settings.max_story_bytes)
    if isinstance(raw, Unreadable):
        raise HTTPException(422, f"{raw.origin}: {raw.reason}")
    try:
        added, _ = add_one(request.app.state.engine, settings, raw, request.app.state.annotators)
    except BrokenProcessPool as error:
        raise HTTPException(
            503, "The story is stored, but annotating it was interrupted; it will be tried again"
        ) from error
    response.status_code = 201 if added.outcome == "added" else 200
    story = _found(story_page.get_story(session, added.story_id))
    return Saved(outcome=added.outcome, address=settings.prefix + links.story(story), story=story)


@router.delete("/stories/{number}", dependencies=[Depends(require_write)], status_code=204, responses=OF_STORIES)
def delete_story(request: Request, session: SessionDep, number: Number) -> None:
    """Take a story back with all that hangs on it; its address answers 410 from then on."""
    session.rollback()
    with write_session(request.app.state.engine) as writing:
        found = delete_stories(writing, [number], now=datetime.now(UTC))
    if not found:
        raise no_story(session, number)


@router.get("/quotes", openapi_extra=_filter_parameters(quote_only=True))
def list_quotes(
    session: SessionDep, settings: SettingsDep, selection: SelectionDep, after: Next = None
) -> Page[QuoteCard]:
    """The newest quotes that fit: `q` looks in the quoted words, `speaker` is who speaks."""
    return quotes.list_quotes(session, selection, after=after, size=settings.page_size)


@router.get("/sources")
def list_sources(
    session: SessionDep,
    settings: SettingsDep,
    form: SourceForm | None = None,
    affiliation: Affiliation | None = None,
    unnamed: bool | None = None,
    reason: Annotated[bool | None, Query(description="Whether a reason for leaving out the name is stated.")] = None,
    q: Words = None,
    after: Next = None,
) -> Page[SourceCard]:
    """The sources of stories, newest story first."""
    return sources.list_sources(
        session,
        form=form,
        affiliation=affiliation,
        unnamed=unnamed,
        q=q,
        after=after,
        size=settings.page_size,
        reasoned=reason,
    )


@router.get("/countries")
def list_countries(session: SessionDep) -> list[CountryCard]:
    """Every country that is in a story."""
    return places.list_countries(session)


@router.get("/countries/{code}")
def get_country(
    session: SessionDep,
    settings: SettingsDep,
    code: str,
    relation: places.Relation = "mentioned",
    after: Next = None,
) -> CountryPage:
    """One country: its stories by relation, its people and bodies."""
    return _found(places.get_country(session, code.upper(), relation=relation, after=after, size=settings.page_size))


# These two take what no other address took, so they stand last.


@router.get("/{kind}")
def list_actors(
    session: SessionDep,
    settings: SettingsDep,
    kind: Kind,
    q: Words = None,
    sort: actors.Sort = "stories",
    initial: Initial = None,
    after: Next = None,
) -> Page[ActorCard]:
    """People, organisations or groups; `q` looks in all forms of their names."""
    return actors.list_actors(
        session, KINDS[kind], q=q, sort=sort, after=after, size=settings.page_size, initial=initial
    )


@router.get("/{kind}/{number}")
def get_actor(session: SessionDep, settings: SettingsDep, kind: Kind, number: Number) -> ActorPage:
    """One actor: roles, aliases, what it said, what was said about it, its stories."""
    page = actors.get_actor(session, number, size=settings.page_size)
    return _found(page if page is not None and page.actor.kind == KINDS[kind] else None)


def _found(value: T | None) -> T:
    if value is None:
        raise HTTPException(404)
    return value
