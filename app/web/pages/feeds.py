"""Looking after the feeds that are polled."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.read.opml import MAX_BYTES, Subscription, read_opml
from app.read.refusal import Refused
from app.store import feeds, leases
from app.store.db import write_session
from app.store.paging import MAX_ID
from app.web.auth import User
from app.web.errors import not_found
from app.web.forms import UserForm
from app.web.templating import render

router = APIRouter(include_in_schema=False)

TROUBLED_SHOWN = 20
FEEDS_SHOWN = 50
SAID = {
    "added": "{new} added{known}. What is new is polled within seconds.",
    "poll": "It is polled within seconds; load the page again to see what came.",
    "pause": "Paused: it is left alone until you resume it.",
    "resume": "Resumed: it is polled within seconds.",
    "pages": "The pages of items that come with a summary only are read from now on.",
    "summaries": "Pages are not read any more: what the feed itself says is the story.",
    "remove": "Removed. Its stories stay in the archive.",
}

CHANGES: dict[str, Callable[[Session, int], bool]] = {
    "poll": lambda session, feed_id: feeds.poll_soon(session, feed_id, now=datetime.now(UTC)),
    "pause": feeds.pause,
    "resume": lambda session, feed_id: feeds.resume(session, feed_id, now=datetime.now(UTC)),
    "pages": lambda session, feed_id: feeds.fetch_pages(session, feed_id, wanted=True),
    "summaries": lambda session, feed_id: feeds.fetch_pages(session, feed_id, wanted=False),
    "remove": feeds.remove_feed,
}


@router.get("/feeds")
def show(request: Request, _user: User, said: str = "", new: str = "", known: str = "", page: str = "") -> Response:
    """The feeds, those in trouble first, and forms to add more; `said` names what was just done."""
    known_too = f", {known} known already" if known.isdecimal() and known != "0" else ""
    words = SAID.get(said, "").format(new=new if new.isdecimal() else "", known=known_too)
    return _page(request, said=words, number=int(page[:6]) if page.isascii() and page.isdecimal() else 1)


@router.post("/feeds")
def add(request: Request, _user: User, form: UserForm) -> Response:
    """Add the feed at an address."""
    address, pages = form.text("address"), bool(form.text("pages"))
    return _add(request, [Subscription(address, "")], pages, which="address", address=address)


@router.post("/feeds/opml")
def add_list(request: Request, _user: User, form: UserForm) -> Response:
    """Add the feeds that an OPML file lists."""
    files = form.files("list")
    if not files:
        return _page(request, which="list", trouble="Choose a file first.", status=422)
    try:
        wanted = read_opml(files[0].file.read(MAX_BYTES + 1))
    except Refused as refusal:
        return _page(request, which="list", trouble=f"{files[0].filename}: {refusal}.", status=422)
    return _add(request, wanted, bool(form.text("pages")), which="list")


@router.post("/feeds/{feed_id}")
def change(request: Request, _user: User, form: UserForm, feed_id: int) -> Response:
    """Do one of CHANGES to a feed."""
    what = form.text("do")
    if what not in CHANGES or not 0 < feed_id <= MAX_ID:
        raise not_found()
    with write_session(request.app.state.engine) as session:
        found = CHANGES[what](session, feed_id)
    if not found:
        raise not_found()
    return _done(what)


def _add(request: Request, wanted: list[Subscription], pages: bool, *, which: str, address: str = "") -> Response:
    now = datetime.now(UTC)
    try:
        with write_session(request.app.state.engine) as session:
            new = [feeds.add_feed(session, each.url, title=each.title, fetches_pages=pages, now=now) for each in wanted]
    except feeds.FeedError as error:
        return _page(request, which=which, trouble=f"{error}.", address=address, status=422)
    return _done("added", new=sum(new), known=len(new) - sum(new))


def _done(said: str, **counts: int) -> Response:
    return RedirectResponse(f"/feeds?{urlencode({'said': said, **counts})}", 303, {"Cache-Control": "no-store"})


def _page(
    request: Request,
    *,
    said: str = "",
    which: str = "",
    trouble: str = "",
    address: str = "",
    number: int = 1,
    status: int = 200,
) -> Response:
    with Session(request.app.state.engine) as session:
        found = sorted(feeds.list_feeds(session), key=lambda feed: feed.last_error is None)
        troubled = feeds.troubled_items(session, TROUBLED_SHOWN)
        is_polled = leases.holder_of(session, leases.WORKER, now=datetime.now(UTC)) is not None
    start = max(number - 1, 0) * FEEDS_SHOWN
    shown = {
        "feeds": found[start : start + FEEDS_SHOWN],
        "total": len(found),
        "earlier": number - 1 if start else None,
        "later": number + 1 if start + FEEDS_SHOWN < len(found) else None,
        "troubled": troubled,
        "is_polled": is_polled,
        "minutes": request.app.state.settings.feed_minutes,
    }
    return render(
        request, "feeds.html", status=status, said=said, which=which, trouble=trouble, address=address, **shown
    )
