"""Stories that wait for annotation: work is found in the rows, so nothing that dies takes it along.

A story waits while `annotated_version` is null. Whoever annotates claims it first: the claim counts as a failure and
sets the next try, and what is saved afterwards takes both back. So a story that ended the program is not tried again
at once or together with others, two programs do not annotate the same, and what was claimed by a program that died
comes back by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlmodel import Session, col

from app.store.among import among
from app.store.db import rows
from app.store.models import Story, StoryText

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)
# An interrupted story is tried again at once so often; then it counts as the one that interrupts.
INTERRUPTIONS = 3

WAITS = col(Story.annotated_version).is_(None)


@dataclass(frozen=True, slots=True)
class PendingStory:
    """A story that waits for annotation; `text_hash` guards the saving."""

    id: int
    text: str
    title: str
    text_hash: str


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: a minute, then four times as long each time, a day at most."""
    times: int = 4 ** min(failures - 1, 9)
    return min(FIRST_WAIT * times, LONGEST_WAIT)


def pending(session: Session, version: str, *, among: Sequence[int]) -> list[PendingStory]:
    """Which of these stories have no annotations of this pipeline version, oldest id first."""
    return _read(session, _not_of(version) & col(Story.id).in_(among), most=len(among))


def is_any_due(session: Session, *, now: datetime) -> bool:
    """Whether a story waits that may be tried now."""
    due = or_(col(Story.next_try_at).is_(None), col(Story.next_try_at) <= now)
    return session.execute(select(col(Story.id)).where(WAITS, due).limit(1)).first() is not None


def claim_new(session: Session, *, most: int, now: datetime) -> list[PendingStory]:
    """The oldest stories that wait and were not tried yet, claimed."""
    return _claimed(session, _read(session, WAITS & col(Story.next_try_at).is_(None), most=most), now)


def claim_among(session: Session, version: str, *, among: Sequence[int], now: datetime) -> list[PendingStory]:
    """Those of some stories that have no annotations of this version, claimed for somebody who asks for just these.

    Whoever may have claimed them: it may have died, and annotating twice does no harm.
    """
    return _claimed(session, pending(session, version, among=among), now)


def claim_one(session: Session, version: str, story_id: int, *, now: datetime) -> PendingStory | None:
    """The story, claimed for somebody who waits for it, whoever may have claimed it; None if it is annotated."""
    return next(iter(_claimed(session, pending(session, version, among=[story_id]), now)), None)


def claim_again(session: Session, *, now: datetime) -> PendingStory | None:
    """A story whose time to be tried again has come, the one that failed least often, claimed."""
    due = (
        select(col(Story.id), col(Story.failures))
        .where(WAITS, col(Story.next_try_at) <= now)
        .order_by(col(Story.failures), col(Story.next_try_at), col(Story.id))
        .limit(1)
    )
    found = session.execute(due).first()
    return (
        _claimed(session, _read(session, col(Story.id) == found.id, most=1), now, found.failures)[0] if found else None
    )


def unclaim(session: Session, *, now: datetime) -> None:
    """Give back what was claimed by a program that was interrupted; to be called while no other annotates.

    They are tried one at a time from now on, since any of them may be what interrupted it.
    """
    interrupted = WAITS & (col(Story.next_try_at) > now) & (col(Story.state) != "failed")
    session.execute(update(Story).where(interrupted, col(Story.failures) <= INTERRUPTIONS).values(next_try_at=now))


def try_again(session: Session, among: Sequence[int] | None) -> int:
    """Let stories whose annotation failed, these or all, be tried at once; returns how many there are."""
    failed = WAITS & (col(Story.state) == "failed")
    if among is not None:
        failed &= col(Story.id).in_(among)
    return _let_wait(session, failed, state="pending", state_reason=None)


def mark_stale(session: Session, version: str) -> int:
    """Let every story wait again whose annotations are of another version; returns how many."""
    return _let_wait(session, ~WAITS & (col(Story.annotated_version) != version))


def count_waiting(session: Session) -> int:
    """How many stories wait for annotation."""
    n: int = session.execute(select(func.count()).select_from(Story).where(WAITS)).scalar_one()
    return n


def untried_since(session: Session) -> datetime | None:
    """When the first of the stories was added whose annotation was not tried yet; None where there is none."""
    untried = select(col(Story.added_at)).where(WAITS, col(Story.next_try_at).is_(None))
    return session.execute(untried.order_by(col(Story.id)).limit(1)).scalar_one_or_none()


def _not_of(version: str) -> ColumnElement[bool]:
    return or_(WAITS, col(Story.annotated_version) != version)


def _read(session: Session, wanted: ColumnElement[bool], *, most: int) -> list[PendingStory]:
    found = (
        select(col(Story.id), col(StoryText.text), col(Story.title), col(Story.text_hash))
        .join(StoryText, col(StoryText.story_id) == col(Story.id))
        .where(wanted)
        .order_by(col(Story.id))
        .limit(most)
    )
    return [PendingStory(*row) for row in rows(session, found)]


def _claimed(session: Session, found: list[PendingStory], now: datetime, failures: int = 0) -> list[PendingStory]:
    claim = {"failures": col(Story.failures) + 1, "next_try_at": now + wait_after(failures + 1)}
    session.connection().execute(
        update(Story).where(among(col(Story.id))).values(claim), {"ids": [each.id for each in found]}
    )
    return found


def _let_wait(session: Session, which: ColumnElement[bool], **also: str | None) -> int:
    again = {"annotated_version": None, "failures": 0, "next_try_at": None, **also}
    n: int = session.connection().execute(update(Story).where(which).values(again)).rowcount
    return n
