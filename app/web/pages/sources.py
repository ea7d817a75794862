"""Whom the archive relies on."""

from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.spans import Affiliation, SourceForm
from app.store import sources
from app.store.filters import BadFilterError
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
    q: str = "",
    next: str | None = None,  # noqa: A002
) -> Response:
    """The sources of all stories, newest first, by form and affiliation."""
    _check("form", form, get_args(SourceForm))
    _check("affiliation", affiliation, get_args(Affiliation))
    _check("unnamed", unnamed, ("yes", "no"))
    found = sources.list_sources(
        session,
        form=form or None,
        affiliation=affiliation or None,
        unnamed=unnamed == "yes" if unnamed else None,
        q=q or None,
        after=next,
        size=settings.page_size,
    )
    chosen = {"form": form, "affiliation": affiliation, "unnamed": unnamed, "q": q}
    counts = sources.source_counts(session)
    return render(
        request,
        "sources.html",
        sources=found,
        counts=counts,
        chosen={name: value for name, value in chosen.items() if value},
        is_first=next is None,
    )


def _check(param: str, value: str, allowed: tuple[str, ...]) -> None:
    if value and value not in allowed:
        raise BadFilterError(param, value[:100], f"it takes one of: {', '.join(allowed)}")
