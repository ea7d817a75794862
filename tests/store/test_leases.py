from datetime import timedelta

from sqlalchemy import Engine

from app.store import leases
from app.store.db import write_session
from tests.factories import NOW

LASTS = timedelta(seconds=20)


def take(archive: Engine, holder: str, after: float = 0) -> bool:
    with write_session(archive) as session:
        return leases.take(session, "worker", holder, now=NOW + timedelta(seconds=after), lasts=LASTS)


def test_one_holds_it_until_it_gives_no_sign_of_life(archive: Engine) -> None:
    assert take(archive, "one")
    assert not take(archive, "other", after=19)
    assert take(archive, "one", after=15)
    assert not take(archive, "other", after=30)
    assert take(archive, "other", after=35)
    assert not take(archive, "one", after=36)
    with write_session(archive) as session:
        assert leases.holder_of(session, "worker", now=NOW + timedelta(seconds=40)) == "other"
        assert leases.holder_of(session, "worker", now=NOW + timedelta(seconds=55)) is None


def test_only_the_holder_can_release_it(archive: Engine) -> None:
    take(archive, "one")
    with write_session(archive) as session:
        leases.release(session, "worker", "other")
    assert not take(archive, "other")
    with write_session(archive) as session:
        leases.release(session, "worker", "one")
    assert take(archive, "other")
