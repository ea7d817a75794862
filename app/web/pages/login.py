"""Signing in and out."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from limits import RateLimitItem
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.store import users
from app.store.db import write_session
from app.web import links
from app.web.auth import (
    User,
    cookie,
    csrf_token,
    drop_cookie,
    new_secret,
    set_cookie,
    sign_in_lasts,
    visitor,
)
from app.web.forms import LoginForm, UserForm
from app.web.templating import render
from app.web.throttle import SIGN_IN_BY_ADDRESS, SIGN_IN_BY_BOTH, SIGN_IN_BY_NAME, client_key

router = APIRouter(include_in_schema=False)

WRONG = "There is no user of that name with that password. Check both and try again."


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002
    """The form that signs in; those who are signed in already are led on."""
    then = links.own_path(next)
    if visitor(request) is not None:
        return RedirectResponse(then, 303)
    return _form(request, then)


@router.post("/login")
def sign_in(request: Request, form: LoginForm) -> Response:
    """Sign in, under a new session whatever the browser came with."""
    then, name, password = links.own_path(form.text("next")), form.text("name"), form.raw("password")
    wait = _counted(request, name)
    if wait:
        words = f"That was tried too often. Wait {-(-wait // 60)} min and try again."
        return _form(request, then, name, words, 429, {"Retry-After": str(wait)})
    engine, settings = request.app.state.engine, request.app.state.settings
    with Session(engine) as session:
        user = users.checked(session, name, password)
    if user is None:
        return _form(request, then, name, WRONG, 403)
    try:
        with write_session(engine) as session:
            users.sign_out(session, cookie(request, "session"))
            secret = users.sign_in(session, user, now=datetime.now(UTC), lasts=sign_in_lasts(settings))
    except users.UserError:
        return _form(request, then, name, WRONG, 403)
    for rate, key in _counts(request, name):
        request.app.state.throttle.forget(rate, *key)
    response = RedirectResponse(then, 303, {"Cache-Control": "no-store"})
    set_cookie(response, settings, "session", secret)
    drop_cookie(response, settings, "form")
    return response


@router.get("/account")
def account(request: Request, user: User) -> Response:
    """Who is signed in, and ways out."""
    return render(request, "account.html", user=user)


@router.post("/logout")
def sign_out(request: Request, user: User, form: UserForm) -> Response:
    """Sign out, in this browser or everywhere."""
    with write_session(request.app.state.engine) as session:
        users.sign_out(session, user.secret)
        if form.text("everywhere"):
            users.sign_out_everywhere(session, user.name)
    response = RedirectResponse("/", 303, {"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'})
    drop_cookie(response, request.app.state.settings, "session")
    return response


def _counts(request: Request, name: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
    client, user = client_key(request), name.lower()[:64]
    return [(SIGN_IN_BY_ADDRESS, (client,)), (SIGN_IN_BY_BOTH, (client, user)), (SIGN_IN_BY_NAME, (user,))]


def _counted(request: Request, name: str) -> int:
    """Count a try; the seconds to wait where it was one too many, else 0.

    A try that is refused for its address is not counted against the name.
    """
    throttle = request.app.state.throttle
    refused = (throttle.wait(rate, *key) for rate, key in _counts(request, name) if not throttle.allows(rate, *key))
    return next(refused, 0)


def _form(
    request: Request,
    then: str,
    name: str = "",
    trouble: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    secret = cookie(request, "form") or new_secret()
    page = render(
        request, "login.html", status=status, then=then, name=name, trouble=trouble, csrf_token=csrf_token(secret)
    )
    set_cookie(page, request.app.state.settings, "form", secret)
    page.headers.update({"Cache-Control": "no-store", **(headers or {})})
    return page
