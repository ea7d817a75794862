from sqlalchemy import Engine
from sqlmodel import Session

from app.store import tokens
from app.store.db import write_session
from tests.factories import NOW


def test_a_token_is_good_until_it_is_revoked(archive: Engine) -> None:
    with write_session(archive) as session:
        token = tokens.new_token(session, name="desk", scope="write", now=NOW)
    with Session(archive) as session:
        assert tokens.has_scope(session, token, "write")
        assert not tokens.has_scope(session, token + "x", "write")
        assert not tokens.has_scope(session, "\udcff", "write")
        known = tokens.list_tokens(session)
        assert [(each.name, each.scope) for each in known] == [("desk", "write")]
        assert token not in known[0].digest
    with write_session(archive) as session:
        assert tokens.revoke(session, known[0].id)
        assert not tokens.revoke(session, known[0].id)
        assert not tokens.has_scope(session, token, "write")
