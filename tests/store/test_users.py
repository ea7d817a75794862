from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from app.store import users
from app.store.db import write_session
from app.store.models import SignIn, User
from tests.factories import NOW, PASSWORD

LASTS = timedelta(days=30)


@pytest.fixture
def ana(archive: Engine) -> User:
    """A user, with the password of the factories."""
    with write_session(archive) as session:
        users.add_user(session, "Ana", PASSWORD, now=NOW)
    with Session(archive) as session:
        found = users.checked(session, "ANA ", PASSWORD)
        assert found is not None
        return found


def sign_in(archive: Engine, user: User) -> str:
    with write_session(archive) as session:
        return users.sign_in(session, user, now=NOW, lasts=LASTS)


def test_only_the_right_password_is_taken(archive: Engine, ana: User) -> None:
    with Session(archive) as session:
        assert ana.name == "ana"
        assert users.checked(session, "ana", PASSWORD + "x") is None
        assert users.checked(session, "ana", "") is None
        assert users.checked(session, "nobody", PASSWORD) is None
        assert users.checked(session, "ana", "\udcff\0" * 10_000) is None


def test_neither_password_nor_cookie_is_stored(archive: Engine, ana: User) -> None:
    secret = sign_in(archive, ana)
    with Session(archive) as session:
        assert session.scalars(select(User.password_hash)).one().startswith("$argon2id$")  # type: ignore[call-overload]
        assert session.scalars(select(SignIn.digest)).one() != secret  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("name", "password"), [("ben", "short"), ("ben", "x" * 1001), ("b n", PASSWORD), ("", PASSWORD), ("ana", PASSWORD)]
)
def test_bad_names_and_short_passwords_are_refused(archive: Engine, ana: User, name: str, password: str) -> None:
    with write_session(archive) as session, pytest.raises(users.UserError):
        users.add_user(session, name, password, now=NOW)


def test_a_sign_in_ends_after_its_time_and_lasts_longer_where_it_is_used(archive: Engine, ana: User) -> None:
    secret = sign_in(archive, ana)
    later = NOW + timedelta(days=29)
    with write_session(archive) as session:
        found = users.signed_in(session, secret, now=later)
        assert found is not None
        assert users.needs_prolonging(found, now=later, lasts=LASTS)
        assert not users.needs_prolonging(found, now=NOW, lasts=LASTS)
        users.prolong(session, secret, now=later, lasts=LASTS)
        assert users.signed_in(session, secret, now=NOW + timedelta(days=58)) is not None
        assert users.signed_in(session, secret, now=NOW + timedelta(days=59)) is None


def test_every_way_out_ends_the_sign_in(archive: Engine, ana: User) -> None:
    def ends(name: str) -> bool:
        with Session(archive) as session:
            return users.signed_in(session, name, now=NOW) is None

    secret = sign_in(archive, ana)
    assert not ends(secret)
    assert ends(secret + "x")
    with write_session(archive) as session:
        users.sign_out(session, secret)
    assert ends(secret)
    first, second = sign_in(archive, ana), sign_in(archive, ana)
    with write_session(archive) as session:
        assert users.sign_out_everywhere(session, "ana") == 2
    assert ends(first)
    assert ends(second)
    secret = sign_in(archive, ana)
    with write_session(archive) as session:
        users.set_password(session, "ana", PASSWORD * 2)
    assert ends(secret)
    with write_session(archive) as session, pytest.raises(users.UserError):
        users.sign_in(session, ana, now=NOW, lasts=LASTS)


def test_a_removed_user_is_signed_out(archive: Engine, ana: User) -> None:
    secret = sign_in(archive, ana)
    with write_session(archive) as session:
        users.remove_user(session, "ana")
    with Session(archive) as session:
        assert users.signed_in(session, secret, now=NOW) is None
        assert users.list_users(session) == []
    for change in (users.remove_user, users.sign_out_everywhere):
        with write_session(archive) as session, pytest.raises(users.UserError):
            change(session, "ana")
