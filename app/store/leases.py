"""Who does a work that only one may do at a time."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update
from sqlmodel import Session, col

from app.store.models import Lease

# Whoever annotates what waits.
WORKER = "worker"


def take(session: Session, name: str, holder: str, *, now: datetime, lasts: timedelta) -> bool:
    """Take the lease, or renew one's own; False while another holds it and has shown a sign of life."""
    until = now + lasts
    free = or_(col(Lease.holder) == holder, col(Lease.until_at) <= now)
    taken = session.connection().execute(
        update(Lease).where(col(Lease.name) == name, free).values(holder=holder, until_at=until)
    )
    if taken.rowcount:
        return True
    if session.get(Lease, name) is not None:
        return False
    session.execute(insert(Lease).values(name=name, holder=holder, until_at=until))
    return True


def release(session: Session, name: str, holder: str) -> None:
    """Let another take the lease at once."""
    session.execute(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))


def holder_of(session: Session, name: str, *, now: datetime) -> str | None:
    """Who holds the lease and is alive, as far as can be told."""
    held = select(col(Lease.holder)).where(col(Lease.name) == name, col(Lease.until_at) > now)
    return session.execute(held).scalar_one_or_none()
