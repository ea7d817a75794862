"""Bearer tokens for the API: shown once, kept only as a digest."""

import hashlib
import secrets
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from app.store.models import Token

Scope = Literal["read", "write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "ng_"


def new_token(session: Session, *, name: str, scope: Scope, now: datetime) -> str:
    """A new token; it cannot be read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    session.execute(insert(Token).values(digest=_digest(token), name=name, scope=scope, created_at=now))
    return token


def has_scope(session: Session, token: str, scope: Scope) -> bool:
    """Whether the token is known and good for that; who may write may read."""
    found = session.execute(select(col(Token.scope)).where(col(Token.digest) == _digest(token))).scalar_one_or_none()
    return found == "write" or (found is not None and found == scope)


def list_tokens(session: Session) -> list[Token]:
    """All tokens, oldest first."""
    return list(session.scalars(select(Token).order_by(col(Token.id))))


def revoke(session: Session, token_id: int) -> bool:
    """Make a token useless at once; False if there is none of that number."""
    gone = session.execute(delete(Token).where(col(Token.id) == token_id).returning(col(Token.id)))
    return gone.first() is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
