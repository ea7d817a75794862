"""Forms: sent by a page of ours in this reader's browser, or refused; bounded before they are read."""

import hmac
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.types import Message

from app.web.auth import cookie, csrf_token, require_user

FIELD = "csrf"
MAX_FIELDS = 100
LOGIN_BYTES = 10_000
# What the parts of a form weigh beside the files in it.
SLACK_BYTES = 100_000


class Form:
    """The fields of a form that was checked."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str) -> str:
        """A field's words without those around them, empty where it was not sent."""
        value = self._data.get(name)
        return value.strip() if isinstance(value, str) else ""

    def raw(self, name: str) -> str:
        """A field exactly as it was sent."""
        value = self._data.get(name)
        return value if isinstance(value, str) else ""

    def files(self, name: str) -> list[UploadFile]:
        """The files that were chosen; a browser sends one without a name where none was."""
        return [each for each in self._data.getlist(name) if isinstance(each, UploadFile) and each.filename]


async def _user_form(request: Request) -> AsyncIterator[Form]:
    settings = request.app.state.settings
    user = await run_in_threadpool(require_user, request)
    is_multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
    most = settings.max_upload_bytes + SLACK_BYTES if is_multipart else settings.max_story_bytes
    read = _bounded(request, most)
    async with read.form(
        max_files=settings.max_upload_files, max_fields=MAX_FIELDS, max_part_size=settings.max_story_bytes
    ) as data:
        _check(request, data, user.secret)
        yield Form(data)


async def _login_form(request: Request) -> AsyncIterator[Form]:
    async with _bounded(request, LOGIN_BYTES).form(max_files=0, max_fields=MAX_FIELDS) as data:
        _check(request, data, cookie(request, "form"))
        yield Form(data)


# A form of a signed-in user: nothing of it is read before it is known who sent it.
UserForm = Annotated[Form, Depends(_user_form)]
# The form that signs in, of a reader who is nobody yet.
LoginForm = Annotated[Form, Depends(_login_form)]


def _bounded(request: Request, most: int) -> Request:
    """The same request, whose body breaks off as soon as it grows too large."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most:
            raise _too_large(most)
        return message

    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:18]) > most:
        raise _too_large(most)
    return Request(request.scope, receive)


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"At most {most:,} bytes can be sent at once here; send less, or in several parts")


def _check(request: Request, data: FormData, secret: str) -> None:
    if not _is_from_here(request):
        raise HTTPException(403, "This form was sent from another site; open the page here and send it again")
    sent = data.get(FIELD)
    if not secret or not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), csrf_token(secret).encode()):
        raise HTTPException(403, "This form is too old or was not made for this browser; load its page again")


def _is_from_here(request: Request) -> bool:
    """What the browser says about where the form stood: Sec-Fetch-Site where it sends it, else Origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    ours = urlsplit(request.app.state.settings.base_url).netloc
    return origin.partition("://")[2] in (request.headers.get("host"), ours)
