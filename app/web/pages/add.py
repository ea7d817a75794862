"""Adding stories: handed in as words, an address or files; looked at; saved; annotated while one watches."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.addresses import web_address
from app.ingest import add_stories
from app.read import read_address, read_stories
from app.read.jsonlines import read_object
from app.spans import RawStory, Unreadable
from app.store import leases, waiting
from app.store.browse import story_cards
from app.web.auth import User
from app.web.deps import SessionDep, SettingsDep
from app.web.drafts import Draft
from app.web.forms import UserForm
from app.web.long_work import takes_long
from app.web.templating import render

router = APIRouter(include_in_schema=False)

FIELDS = ("title", "outlet", "published_at", "url")
NO_STORE = {"Cache-Control": "no-store"}
SHOWN_STATES = 50


@router.get("/add")
def ask(request: Request, _user: User) -> Response:
    """Three forms: words, an address, files."""
    return _forms(request)


@router.post("/add/text")
def add_text(request: Request, user: User, settings: SettingsDep, form: UserForm) -> Response:
    """Words that were pasted."""
    given = {name: form.text(name) for name in FIELDS}
    # A form sends line breaks as mails do.
    text = form.raw("text").replace("\r\n", "\n")
    if given["url"] and web_address(given["url"]) is None:
        return _forms(
            request, "text", "The address should look like https://…; or leave it out.", {**given, "text": text}
        )
    raw = read_object(json.dumps({**given, "text": text}).encode(), "the story")
    if isinstance(raw, Unreadable):
        return _forms(request, "text", f"It cannot be added: {raw.reason}.", {**given, "text": text})
    return _kept(request, user.user_id, [raw], settings.max_upload_bytes)


@router.post("/add/address")
@takes_long
def add_address(request: Request, user: User, settings: SettingsDep, form: UserForm) -> Response:
    """What is at an address: a page, or a file or feed with many stories."""
    address = form.text("address")
    if web_address(address) is None:
        return _forms(request, "address", "The address should look like https://…", {"address": address})
    found = list(read_address(address, request.app.state.visitor, max_bytes=settings.max_story_bytes))
    if len(found) == 1 and isinstance(found[0], Unreadable):
        return _forms(request, "address", f"Nothing was found there: {found[0].reason}.", {"address": address})
    return _kept(request, user.user_id, found, settings.max_upload_bytes)


@router.post("/add/files")
@takes_long
def add_files(request: Request, user: User, settings: SettingsDep, form: UserForm) -> Response:
    """Files of any format that is read."""
    files = form.files("files")
    if not files:
        return _forms(request, "files", "Choose at least one file.")
    return _kept(request, user.user_id, _stories_of(files, settings.max_story_bytes), settings.max_upload_bytes)


@router.get("/add/{name}")
def preview(request: Request, user: User, session: SessionDep, name: str) -> Response:
    """What was read, to be saved or not; once saved, what became of it."""
    draft = request.app.state.drafts.find(name, user.user_id)
    if draft is None:
        return _forms(request, "", "This is no longer kept; what was saved is in the archive. Start again.", status=404)
    if draft.report is not None:
        return _result(request, session, draft)
    return _unkept(render(request, "add_preview.html", draft=draft, address=f"/add/{name}"))


@router.post("/add/{name}")
@takes_long
def save(request: Request, user: User, _form: UserForm, name: str) -> Response:
    """Save what was looked at; sent twice, it is saved once."""
    draft = request.app.state.drafts.find(name, user.user_id)
    if draft is not None:
        with draft.lock:
            if draft.report is None:
                draft.report = add_stories(request.app.state.engine, draft.read())
                draft.file.close()
    return RedirectResponse(f"/add/{name}", 303, NO_STORE)


def _forms(
    request: Request, which: str = "", trouble: str = "", given: dict[str, str] | None = None, status: int = 422
) -> Response:
    status = status if trouble else 200
    settings = request.app.state.settings
    kept = defaultdict(str, given or {})
    bounds = {"max_files": settings.max_upload_files, "max_bytes": settings.max_upload_bytes}
    return _unkept(render(request, "add.html", status=status, which=which, trouble=trouble, given=kept, **bounds))


def _unkept(page: Response) -> Response:
    page.headers.update(NO_STORE)
    return page


def _kept(request: Request, user_id: int, found: Iterable[RawStory | Unreadable], max_bytes: int) -> Response:
    name = request.app.state.drafts.keep(user_id, found, max_bytes=max_bytes)
    return RedirectResponse(f"/add/{name}", 303, NO_STORE)


def _stories_of(files: list[UploadFile], max_bytes: int) -> Iterator[RawStory | Unreadable]:
    for each in files:
        yield from read_stories(each.file, (each.filename or "")[:200], max_bytes=max_bytes)


def _result(request: Request, session: SessionDep, draft: Draft) -> Response:
    """The stories and how far each is; the page renews itself until all that it shows are annotated."""
    assert draft.report is not None
    cards = story_cards(session, draft.report.story_ids[:SHOWN_STATES])
    return _unkept(
        render(
            request,
            "add_result.html",
            draft=draft,
            report=draft.report,
            cards=cards,
            pending=sum(card.state == "pending" for card in cards),
            waiting=waiting.count_waiting(session),
            works=leases.holder_of(session, leases.WORKER, now=datetime.now(UTC)) is not None,
            more=len(set(draft.report.story_ids)) - len(cards),
        )
    )
