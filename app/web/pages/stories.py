"""The list of stories: search, filters, facets."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.store import archive, browse, facets
from app.store.filters import parse_selection
from app.store.matching import newest_sample
from app.web import links
from app.web.charts import bars
from app.web.deps import SessionDep, SettingsDep
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/")
def show(request: Request, session: SessionDep, settings: SettingsDep, next: str | None = None) -> Response:  # noqa: A002
    """The newest stories of the selection in the address."""
    sent = request.query_params.multi_items()
    selection = parse_selection(sent)
    if any(not value for _name, value in sent):
        # A form sends its empty fields too; what is passed on should be the short address.
        return RedirectResponse(links.stories(selection), 302)
    sample = newest_sample(session, selection)
    stories = browse.list_stories(session, selection, after=next, size=settings.page_size, sample=sample)
    beside = facets.beside_stories(session, selection, sample)
    return render(
        request,
        "stories.html",
        selection=selection,
        stories=stories,
        facets=beside.facets,
        bars=bars(beside.timeline.months),
        dated_over=beside.timeline.over,
        chips=beside.chips,
        is_first=next is None,
        archive_is_empty=not stories.items and not archive.counts(session)["stories"],
    )
