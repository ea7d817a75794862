"""Countries: the list and one country's page."""

from typing import Literal, cast, get_args

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.store import places
from app.store.filters import BadFilterError
from app.web import links
from app.web.charts import bars
from app.web.deps import SessionDep, SettingsDep
from app.web.errors import not_found
from app.web.templating import render
from app.web.worldmap import world_map

router = APIRouter(include_in_schema=False)

Relation = Literal["mentioned", "focus", "speaking"]


@router.get("/countries")
def index(request: Request, session: SessionDep, sort: str = "mentioned") -> Response:
    """Every country of the archive, by how many stories have it in a relation."""
    relation = _relation("sort", sort)
    countries = sorted(places.list_countries(session), key=lambda card: -int(getattr(card, relation)))
    drawn = world_map({card.code: int(getattr(card, relation)) for card in countries})
    return render(request, "countries.html", countries=countries, sort=relation, map=drawn)


@router.get("/countries/{code}")
def show(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    code: str,
    relation: str = "mentioned",
    next: str | None = None,  # noqa: A002
) -> Response:
    """One country: the stories that mention it, are about it, or in which it speaks."""
    chosen = _relation("relation", relation)
    page = places.get_country(session, code.upper(), relation=chosen, after=next, size=settings.page_size)
    if page is None:
        raise not_found()
    if code != page.code:
        return RedirectResponse(links.with_query(links.country(page.code), request.url.query), 301)
    return render(request, "country.html", page=page, relation=chosen, bars=bars(page.months), is_first=next is None)


def _relation(param: str, value: str) -> Relation:
    if value not in get_args(Relation):
        raise BadFilterError(param, value[:100], "it takes mentioned, focus or speaking")
    return cast(Relation, value)
