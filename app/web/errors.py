"""What a reader gets when something is wrong: what happened and what to do, as a page or, under /api, as JSON."""

import logging
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.logs import request_id
from app.store.filters import BadFilterError
from app.store.paging import BadCursorError
from app.store.search import TooFrequentError
from app.store.stories import was_deleted
from app.web import links
from app.web.auth import SignInNeededError
from app.web.request_log import HEADER as REQUEST_ID
from app.web.security import SECURITY_HEADERS
from app.web.templating import render

log = logging.getLogger("newsgloss.web")


@dataclass(frozen=True, slots=True)
class Trouble:
    """An HTTP status, what happened, and what to do about it."""

    status: int
    error: str
    help: str


NOT_FOUND = Trouble(
    404,
    "There is nothing at this address",
    "The story, person or country may have been removed, or the address was cut short. "
    "Search for it, or start from the list of stories.",
)
GONE = Trouble(
    410,
    "This story was taken back",
    "It was in the archive and has been removed from it, with all that was found in it. "
    "Search for another one, or start from the list of stories.",
)
NOT_ALLOWED = Trouble(405, "This address does not take that kind of request", "Pages here are only read (GET).")
BAD_CURSOR = Trouble(
    400,
    "This place in the list cannot be found",
    "The “next” part of the address was changed or cut short. Start again at the top of the list.",
)
BUSY = Trouble(
    503,
    "The archive cannot be reached at the moment",
    "Its disk may be full, or its database busy or stopped; the server's log says which. Nothing you sent was stored. "
    "Try again in a minute.",
)
ASK_THE_DOCS = "What is taken where, /api/docs says."
HELP = {
    429: "After that, go on more slowly. Those who run this archive can set how much is taken.",
}
BROKEN = "Something went wrong on our side"
BROKEN_HELP = "Loading the page again may help; the other pages are unaffected. The server's log has the error as {id}."


def not_found() -> HTTPException:
    """To raise where an address leads to nothing."""
    return HTTPException(404)


def no_story(session: Session, story_id: int | None) -> HTTPException:
    """To raise where a story's address leads to nothing: 410 where there was one, else 404."""
    return HTTPException(410 if story_id is not None and was_deleted(session, story_id) else 404)


def _respond(request: Request, trouble: Trouble, headers: dict[str, str] | None = None) -> Response:
    response: Response
    if request.url.path.startswith("/api"):
        response = JSONResponse({"error": trouble.error, "help": trouble.help}, trouble.status)
    else:
        response = render(request, "error.html", status=trouble.status, trouble=trouble)
    response.headers.update(headers or {})
    return response


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = {404: NOT_FOUND, 405: NOT_ALLOWED, 410: GONE}.get(error.status_code)
    trouble = known or Trouble(error.status_code, str(error.detail), HELP.get(error.status_code, ASK_THE_DOCS))
    return _respond(request, trouble, dict(error.headers or {}))


def _on_bad_filter(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadFilterError)
    trouble = Trouble(
        400,
        f"The filter “{error.param}” does not understand “{error.value}”",
        f"About this filter: {error.help}. Change it in the address, or start without it.",
    )
    return _respond(request, trouble)


def _on_too_frequent(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooFrequentError)
    trouble = Trouble(
        400,
        f"Too many words begin with “{error.beginning}”",
        "They cannot all be gathered while you wait. Write another letter or two, or the whole word without the “*”.",
    )
    return _respond(request, trouble)


def _on_bad_cursor(request: Request, _error: Exception) -> Response:
    return _respond(request, BAD_CURSOR)


def _on_sign_in_needed(request: Request, _error: Exception) -> Response:
    here = links.with_query(request.url.path, request.url.query) if request.method in ("GET", "HEAD") else "/"
    return RedirectResponse(links.login(here), 303, {"Cache-Control": "no-store"})


def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    return _respond(request, Trouble(422, "The request cannot be understood", problems))


def _on_database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DatabaseError)
    if type(error) not in (DatabaseError, OperationalError):
        raise error  # a mistake of ours, not the database's state
    log.error("%s %s: %s", request.method, request.url.path, error.orig)
    request.state.visitor = None  # who is signed in cannot be asked either
    return _respond(request, BUSY, {"Retry-After": "60"})


def _on_crash(request: Request, _error: Exception) -> Response:
    name = request_id.get()
    # This answer is made outside the middleware that adds these headers to all others.
    headers = {**SECURITY_HEADERS, REQUEST_ID: name, "Cache-Control": "no-store"}
    return _respond(request, Trouble(500, BROKEN, BROKEN_HELP.format(id=name)), headers)


def add_error_pages(app: FastAPI) -> None:
    """Let the application answer every failure with a helpful page."""
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(BadFilterError, _on_bad_filter)
    app.add_exception_handler(TooFrequentError, _on_too_frequent)
    app.add_exception_handler(BadCursorError, _on_bad_cursor)
    app.add_exception_handler(SignInNeededError, _on_sign_in_needed)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(DatabaseError, _on_database)
    app.add_exception_handler(Exception, _on_crash)
