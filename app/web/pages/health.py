"""Whether the server can do its work, for those who watch it."""

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from starlette.responses import JSONResponse

from app.nlp.pipeline import is_installed
from app.store import archive, leases
from app.store.db import is_current
from app.web.deps import SessionDep

router = APIRouter(include_in_schema=False)

NOT_STORED = {"Cache-Control": "no-store"}
OK = "ok"


@router.get("/healthz")
def health(session: SessionDep) -> JSONResponse:
    """200 when the archive can be read, else 503."""
    try:
        stories = archive.counts(session)["stories"]
    except SQLAlchemyError:
        return JSONResponse({"status": "the archive cannot be read"}, 503, NOT_STORED)
    return JSONResponse({"status": OK, "stories": stories}, headers=NOT_STORED)


@router.get("/readyz")
def ready(request: Request) -> JSONResponse:
    """200 when all that is needed is there, else 503; each part with "ok" or what is wrong with it."""
    parts = {name: part(request) for name, part in PARTS.items()}
    is_ready = all(each == OK for each in parts.values())
    return JSONResponse({"status": OK if is_ready else "not ready", **parts}, 200 if is_ready else 503, NOT_STORED)


def _database(request: Request) -> str:
    try:
        current = is_current(request.app.state.engine)
    except SQLAlchemyError:
        return "cannot be read; the server's log says why"
    return OK if current else "is of another version; stop the server and start it again"


def _model(request: Request) -> str:
    model = request.app.state.settings.model
    return OK if is_installed(model) else f"{model} is not installed; stories wait until it is"


def _worker(request: Request) -> str:
    try:
        with Session(request.app.state.engine) as session:
            holder = leases.holder_of(session, leases.WORKER, now=datetime.now(UTC))
    except SQLAlchemyError:
        return "cannot be known without the database"
    return OK if holder else "none is at work; stories wait until `newsgloss worker` runs"


PARTS: dict[str, Callable[[Request], str]] = {"database": _database, "model": _model, "worker": _worker}
