"""All values of one facet, to search in and choose from."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.store import facets
from app.store.filters import parse_selection
from app.web import links
from app.web.deps import SessionDep
from app.web.errors import not_found
from app.web.templating import render

router = APIRouter(include_in_schema=False)

MAX_NAME = 200


@router.get("/facets/{param}")
def show(request: Request, session: SessionDep, param: str, name: str = "") -> Response:
    """The values of a facet in the stories of the selection, those with `name` in their words."""
    if param not in facets.STORY_FACETS:
        raise not_found()
    sent = request.query_params.multi_items()
    selection = parse_selection(sent)
    words = " ".join(name.replace("\0", "").split())[:MAX_NAME]
    if any(not value for _name, value in sent):
        return RedirectResponse(links.facet(param, selection, words), 302)
    return render(
        request,
        "facet.html",
        facet=facets.facet_values(session, selection, param, name=words or None),
        most=facets.MOST,
        name=words,
        selection=selection,
        chips=facets.chips(session, selection),
    )
