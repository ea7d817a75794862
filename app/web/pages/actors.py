"""People, organisations and groups: the lists and one actor's page."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Literal, cast, get_args

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.spans import ActorKind
from app.store import actors
from app.store.cards import ActorRef, QuoteCard
from app.store.filters import BadFilterError
from app.web import links
from app.web.charts import bars
from app.web.deps import SessionDep, SettingsDep
from app.web.errors import not_found
from app.web.templating import render

router = APIRouter(include_in_schema=False)

Sort = Literal["stories", "quotes", "name"]
KINDS: dict[str, ActorKind] = {"/people": "person", "/organisations": "organisation", "/groups": "group"}
SHOWN_ON_PAGE = 10
LETTERS = tuple(ascii_uppercase)


@dataclass(frozen=True, slots=True)
class Voice:
    """One who spoke about an actor, and what they said about it; without a speaker, the words of the text are all."""

    speaker: ActorRef | None
    quotes: tuple[QuoteCard, ...]


@router.get("/people")
@router.get("/organisations")
@router.get("/groups")
def index(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    q: str = "",
    sort: str = "stories",
    initial: str = "",
    next: str | None = None,  # noqa: A002
) -> Response:
    """Everyone of one kind, the most frequent first unless sorted otherwise."""
    if sort not in get_args(Sort):
        raise BadFilterError("sort", sort[:100], "it takes stories, quotes or name")
    if initial and initial.upper() not in LETTERS:
        raise BadFilterError("initial", initial[:100], "it takes a letter from A to Z")
    kind = KINDS[request.url.path]
    found = actors.list_actors(
        session,
        kind,
        q=q or None,
        sort=cast(Sort, sort),
        after=next,
        size=settings.page_size,
        initial=initial.upper() or None,
    )
    return render(
        request,
        "actors.html",
        kind=kind,
        actors=found,
        q=q,
        sort=sort,
        initial=initial.upper(),
        letters=LETTERS,
        is_first=next is None,
    )


@router.get("/people/{key}")
@router.get("/organisations/{key}")
@router.get("/groups/{key}")
def show(request: Request, session: SessionDep, key: str) -> Response:
    """One actor: who it is, what it said, what was said about it, in which stories."""
    actor_id, _slug = links.read_key(key) or (None, "")
    page = actors.get_actor(session, actor_id, size=SHOWN_ON_PAGE) if actor_id else None
    if page is None:
        raise not_found()
    # Another address of the same actor: an old slug, the wrong kind, or one that was merged into this.
    canonical = links.actor(page.actor)
    if request.url.path != canonical:
        return RedirectResponse(links.with_query(canonical, request.url.query), 301)
    voices = _voices(page.about.items)
    return render(request, "actor.html", page=page, bars=bars(page.months), voices=voices)


def _voices(about: Iterable[QuoteCard]) -> list[Voice]:
    """Quotes by who speaks them, or where that is unknown by the words of the text; the newest first."""
    groups: dict[int | str | None, list[QuoteCard]] = {}
    for quote in about:
        groups.setdefault(quote.speaker.id if quote.speaker else quote.source_words, []).append(quote)
    return [Voice(group[0].speaker, tuple(group)) for group in groups.values()]
