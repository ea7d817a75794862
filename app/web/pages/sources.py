"""Whom the archive relies on."""

from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.spans import Affiliation, SourceForm
from app.store import sources
from app.store.filters import BadFilterError
from app.web import links
from app.web.deps import SessionDep, SettingsDep
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/sources")
def show(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    form: str = "",
    affiliation: str = "",
    unnamed: str = "",
    reason: str = "",
    q: str = "",
    next: str | None = None,  # noqa: A002
) -> Response:
    """The sources of all stories, newest first, by form and affiliation."""
    _check("form", form, get_args(SourceForm))
    _check("affiliation", affiliation, get_args(Affiliation))
    _check("unnamed", unnamed, ("yes", "no"))
    _check("reason", reason, ("yes", "no"))
    sent = {"form": form, "affiliation": affiliation, "unnamed": unnamed, "reason": reason, "q": q}
    chosen = {name: value for name, value in sent.items() if value}
    if any(not value for _name, value in request.query_params.multi_items()):
        return RedirectResponse(links.listing("/sources", **chosen), 302)
    found = sources.list_sources(
        session,
        form=form or None,
        affiliation=affiliation or None,
        unnamed=unnamed == "yes" if unnamed else None,
        reasoned=reason == "yes" if reason else None,
        q=q or None,
        after=next,
        size=settings.page_size,
    )
    counts = sources.source_counts(session)
    return render(
        request,
        "sources.html",
        sources=found,
        counts=counts,
        chosen=chosen,
        is_first=next is None,
    )


def _check(param: str, value: str, allowed: tuple[str, ...]) -> None:
    if value and value not in allowed:
        raise BadFilterError(param, value[:100], f"it takes one of: {', '.join(allowed)}")
