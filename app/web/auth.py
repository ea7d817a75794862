"""Who may write through the API."""

from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.store import tokens
from app.web.deps import SessionDep

_bearer = HTTPBearer(auto_error=False, description="A token of `newsgloss token new --scope write`.")


def require_write(
    session: SessionDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Refuse requests without a token that is good for writing."""
    if credentials is None or not tokens.has_scope(session, credentials.credentials, "write"):
        raise HTTPException(
            401,
            "Writing needs a bearer token; `newsgloss token new --scope write` makes one",
            headers={"WWW-Authenticate": "Bearer"},
        )
