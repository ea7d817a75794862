"""People, organisations and groups: the lists and one actor's page."""

from typing import Literal, cast, get_args

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.spans import ActorKind
from app.store import actors
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


@router.get("/people")
@router.get("/organisations")
@router.get("/groups")
def index(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    q: str = "",
    sort: str = "stories",
    next: str | None = None,  # noqa: A002
) -> Response:
    """Everyone of one kind, the most frequent first unless sorted otherwise."""
    if sort not in get_args(Sort):
        raise BadFilterError("sort", sort[:100], "it takes stories, quotes or name")
    kind = KINDS[request.url.path]
    found = actors.list_actors(session, kind, q=q or None, sort=cast(Sort, sort), after=next, size=settings.page_size)
    return render(request, "actors.html", kind=kind, actors=found, q=q, sort=sort, is_first=next is None)


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
    return render(request, "actor.html", page=page, bars=bars(page.months))
