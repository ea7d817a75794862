"""What this is and how sure it is; and how to use it."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.store import archive
from app.web.deps import SessionDep, SettingsDep
from app.web.quality import measured
from app.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/about")
def about(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """What Newsgloss is, what the archive holds, and how far to trust the annotations."""
    counts = archive.counts(session)
    return render(request, "about.html", counts=counts, measured=measured(), settings=settings)


@router.get("/help")
def help_page(request: Request) -> Response:
    """How to search and filter, what the highlights mean, and the shortcuts."""
    return render(request, "help.html")
