"""The list of quotations."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.store import facets, quotes
from app.store.filters import parse_selection
from app.web import links
from app.web.deps import SessionDep, SettingsDep
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/quotes")
def show(request: Request, session: SessionDep, settings: SettingsDep, next: str | None = None) -> Response:  # noqa: A002
    """The newest quotes of the selection in the address."""
    sent = request.query_params.multi_items()
    selection = parse_selection(sent)
    if any(not value for _name, value in sent):
        return RedirectResponse(links.quotes(selection), 302)
    return render(
        request,
        "quotes.html",
        selection=selection,
        quotes=quotes.list_quotes(session, selection, after=next, size=settings.page_size),
        choices=facets.quote_choices(session, selection),
        chips=facets.chips(session, selection),
        is_first=next is None,
    )
