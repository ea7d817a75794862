"""Who asks: a browser that is signed in, or a program with a bearer token; and whom that lets do what."""

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.config import Settings
from app.store import tokens, users
from app.store.db import write_session
from app.web.deps import SessionDep, SettingsDep

# As long as browsers keep a cookie at all: when a sign-in ends is for the server to say.
COOKIE_SECONDS = 400 * 24 * 3600

_bearer = HTTPBearer(auto_error=False, description="A token of `newsgloss token new --scope write`.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in user, and the secret of this browser's sign-in."""

    user_id: int
    name: str
    secret: str


class SignInNeededError(Exception):
    """A page for users only was asked for by somebody who is not signed in."""


# ------------------------------------------------------------------------------------------------ cookies


def cookie_name(settings: Settings, purpose: str) -> str:
    """The name of a cookie, with the prefix by which browsers guard it where the archive is shown by https."""
    guard = ("__Secure-" if settings.prefix else "__Host-") if settings.is_secure else ""
    return f"{guard}newsgloss-{purpose}"


def set_cookie(response: Response, settings: Settings, purpose: str, value: str) -> None:
    """Give the browser a cookie that no script reads and no other site's form sends."""
    response.set_cookie(
        cookie_name(settings, purpose),
        value,
        max_age=COOKIE_SECONDS,
        path=settings.prefix or "/",
        secure=settings.is_secure,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, settings: Settings, purpose: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        cookie_name(settings, purpose),
        path=settings.prefix or "/",
        secure=settings.is_secure,
        httponly=True,
        samesite="lax",
    )


def cookie(request: Request, purpose: str) -> str:
    """The value of a cookie the browser sent, or an empty string."""
    return request.cookies.get(cookie_name(request.app.state.settings, purpose), "")


# ------------------------------------------------------------------------------------------------ who asks


def visitor(request: Request) -> Visitor | None:
    """Who is signed in, looked up once a request; a request without the cookie costs nothing."""
    if not hasattr(request.state, "visitor"):
        secret = cookie(request, "session")
        request.state.visitor = _find_visitor(request, secret) if secret else None
    found: Visitor | None = request.state.visitor
    return found


def _find_visitor(request: Request, secret: str) -> Visitor | None:
    engine, now = request.app.state.engine, datetime.now(UTC)
    lasts = sign_in_lasts(request.app.state.settings)
    with Session(engine) as session:
        found = users.signed_in(session, secret, now=now)
    if found is None:
        return None
    if users.needs_prolonging(found, now=now, lasts=lasts):
        # On a full disk one can still read.
        with suppress(OperationalError), write_session(engine) as session:
            users.prolong(session, secret, now=now, lasts=lasts)
    return Visitor(found.user_id, found.name, secret)


def sign_in_lasts(settings: Settings) -> timedelta:
    """How long a sign-in lasts without being used."""
    return timedelta(days=settings.sign_in_days)


def require_user(request: Request) -> Visitor:
    """The signed-in user; everybody else is led to the sign-in page and back."""
    found = visitor(request)
    if found is None:
        raise SignInNeededError
    return found


User = Annotated[Visitor, Depends(require_user)]


async def require_reader(request: Request, session: SessionDep, settings: SettingsDep, credentials: Bearer) -> None:
    """Refuse those who may not read, where reading is not open to all."""
    if not settings.open_to_read:
        await run_in_threadpool(_require_reader, request, session, credentials)


def _require_reader(request: Request, session: Session, credentials: HTTPAuthorizationCredentials | None) -> None:
    if visitor(request) is not None:
        return
    if credentials is not None and _has_scope(session, credentials, "read"):
        return
    if request.url.path.startswith("/api/") or credentials is not None:
        raise _unauthorised("Reading needs a bearer token here; `newsgloss token new --scope read` makes one")
    raise SignInNeededError


def require_write(session: SessionDep, credentials: Bearer) -> None:
    """Refuse requests without a token that is good for writing."""
    if credentials is None or not _has_scope(session, credentials, "write"):
        raise _unauthorised("Writing needs a bearer token; `newsgloss token new --scope write` makes one")


def _has_scope(session: Session, credentials: HTTPAuthorizationCredentials, scope: tokens.Scope) -> bool:
    found = tokens.has_scope(session, credentials.credentials, scope)
    # What follows may take long, and there are only so many connections.
    session.rollback()
    return found


def _unauthorised(what: str) -> HTTPException:
    return HTTPException(401, what, headers={"WWW-Authenticate": "Bearer"})


# ------------------------------------------------------------------------------------------------ forms


def new_secret() -> str:
    """256 bits nobody can guess."""
    return secrets.token_urlsafe(32)


def csrf_token(secret: str) -> str:
    """What a form of ours carries and no other site's can: made from a cookie that only this browser has."""
    return hmac.digest(secret.encode("utf-8", "replace"), b"newsgloss form", hashlib.sha256).hex()
