"""Who may add stories: users with a password, and the browsers they are signed in with."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from app.store.models import SignIn, User

MIN_PASSWORD = 12
MAX_PASSWORD = 1000
NAME = re.compile(r"[\w.@+-]{1,64}")
# How much later a sign-in must end before that is written down: not every page viewed costs a write.
SLIDES_BY = timedelta(days=1)

hasher = PasswordHasher()
# Each check takes 64 MiB; many at once must not take all there is.
_hashing = BoundedSemaphore(2)


class UserError(ValueError):
    """A name or password that cannot be taken, and why."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user and, as long as the sign-in lasts, until when."""

    user_id: int
    name: str
    expires_at: datetime


def add_user(session: Session, name: str, password: str, *, now: datetime) -> None:
    """A new user.

    Raises:
        UserError: the name is taken or cannot be one, or the password is too short.
    """
    name = _name(name)
    if _find(session, name) is not None:
        raise UserError(f"there is a user {name} already; `newsgloss users password {name}` changes the password")
    session.execute(insert(User).values(name=name, password_hash=_hash(password), created_at=now))


def list_users(session: Session) -> list[User]:
    """All users by name."""
    return list(session.scalars(select(User).order_by(col(User.name))))


def remove_user(session: Session, name: str) -> None:
    """Remove a user and end every sign-in.

    Raises:
        UserError: there is no such user.
    """
    user = _existing(session, name)
    _end_all(session, user.id)
    session.execute(delete(User).where(col(User.id) == user.id))


def set_password(session: Session, name: str, password: str) -> None:
    """Change a password and end every sign-in.

    Raises:
        UserError: there is no such user, or the password is too short.
    """
    user = _existing(session, name)
    session.execute(update(User).where(col(User.id) == user.id).values(password_hash=_hash(password)))
    _end_all(session, user.id)


def sign_out_everywhere(session: Session, name: str) -> int:
    """End every sign-in of a user; returns how many there were.

    Raises:
        UserError: there is no such user.
    """
    return _end_all(session, _existing(session, name).id)


def checked(session: Session, name: str, password: str) -> User | None:
    """The user of that name and password; an unknown name takes as long as a wrong password."""
    user, nobody = _find(session, name), _nobody()
    known = user.password_hash if user else nobody
    try:
        with _hashing:
            hasher.verify(known, _bytes(password))
    except (VerificationError, InvalidHashError):
        return None
    return user


def sign_in(session: Session, user: User, *, now: datetime, lasts: timedelta) -> str:
    """The secret of a new sign-in, for the browser's cookie; those that have ended are cleared away.

    Raises:
        UserError: the user was removed or the password changed since it was checked.
    """
    current = _find(session, user.name)
    if current is None or current.password_hash != user.password_hash:
        raise UserError("the password was changed meanwhile")
    session.execute(delete(SignIn).where(col(SignIn.expires_at) <= now))
    secret = secrets.token_urlsafe(32)
    values = {"digest": _digest(secret), "user_id": user.id, "created_at": now, "expires_at": now + lasts}
    session.execute(insert(SignIn).values(**values))
    return secret


def signed_in(session: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """Whose sign-in has that secret, None where it has none or has ended."""
    found = session.execute(
        select(col(User.id), col(User.name), col(SignIn.expires_at))
        .join(SignIn, col(SignIn.user_id) == col(User.id))
        .where(col(SignIn.digest) == _digest(secret))
    ).first()
    return SignedIn(*found) if found is not None and found.expires_at > now else None


def needs_prolonging(found: SignedIn, *, now: datetime, lasts: timedelta) -> bool:
    """Whether using the sign-in now moves its end far enough to be written down."""
    return found.expires_at < now + lasts - min(SLIDES_BY, lasts / 2)


def prolong(session: Session, secret: str, *, now: datetime, lasts: timedelta) -> None:
    """Let a sign-in last from now on."""
    session.execute(update(SignIn).where(col(SignIn.digest) == _digest(secret)).values(expires_at=now + lasts))


def sign_out(session: Session, secret: str) -> None:
    """End the sign-in with that secret, if there is one."""
    session.execute(delete(SignIn).where(col(SignIn.digest) == _digest(secret)))


def _name(name: str) -> str:
    name = name.strip().lower()
    if not NAME.fullmatch(name):
        raise UserError("a user's name has up to 64 letters, digits and . @ + - _ and no spaces")
    return name


def _hash(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UserError(f"a password needs at least {MIN_PASSWORD} characters; several words make a good one")
    with _hashing:
        return hasher.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    # A terminal may hand over bytes that are no UTF-8.
    return password.encode("utf-8", "surrogatepass")


@cache
def _nobody() -> str:
    """What a password is checked against where there is no user of that name."""
    return hasher.hash(secrets.token_urlsafe())


def _find(session: Session, name: str) -> User | None:
    name = name.strip().lower()
    return session.scalars(select(User).where(col(User.name) == name)).one_or_none() if NAME.fullmatch(name) else None


def _existing(session: Session, name: str) -> User:
    user = _find(session, name)
    if user is None:
        raise UserError(f"there is no user {name}; `newsgloss users list` shows them")
    return user


def _end_all(session: Session, user_id: int) -> int:
    ended = session.execute(delete(SignIn).where(col(SignIn.user_id) == user_id).returning(col(SignIn.digest)))
    return len(ended.all())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
