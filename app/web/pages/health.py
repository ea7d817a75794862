"""Whether the server can do its work, for those who watch it."""

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from app.store import archive
from app.web.deps import SessionDep

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def health(session: SessionDep) -> JSONResponse:
    """200 when the archive can be read, else 503."""
    try:
        stories = archive.counts(session)["stories"]
    except SQLAlchemyError:
        return JSONResponse({"status": "the archive cannot be read"}, 503)
    return JSONResponse({"status": "ok", "stories": stories})
