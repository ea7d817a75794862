from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, select, text, update
from sqlmodel import Session, SQLModel, col

from app.store import leases, moving, soundness, tokens, users
from app.store.browse import list_stories
from app.store.db import make_engine, write_session
from app.store.filters import Selection
from app.store.models import Actor, Feed, FeedItem, Story
from app.store.moving import CopyError, copy_archive
from app.store.quotes import list_quotes
from app.store.stories import delete_stories
from tests.conftest import POSTGRESQL
from tests.databases import PostgresqlDatabases
from tests.factories import LISBON, NOW, PASSWORD, TEXT, make_annotations, make_raw, span_of, store_raw, store_story


@contextmanager
def silent(_what: str, _total: int) -> Iterator[Callable[[int], None]]:
    """No progress."""
    yield lambda _: None


@pytest.fixture
def target(archive: Engine, tmp_path: Path) -> Iterator[Engine]:
    """A database with nothing in it, of the other kind where there is one."""
    if POSTGRESQL and archive.dialect.name == "sqlite":
        databases = PostgresqlDatabases(POSTGRESQL)
        engine = make_engine(databases.new())
        yield engine
        engine.dispose()
        databases.close()
        return
    engine = make_engine(f"sqlite:///{tmp_path / 'target.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def full(archive: Engine) -> Engine:
    """An archive with something of everything: a story renewed, one taken back, an actor who leads to a later one."""
    store_story(archive, make_raw(TEXT, url="https://courier.example/1", outlet="The Courier", external_id="1"))
    renewed = TEXT.replace("wait.", "wait!")
    later = make_raw(renewed, url="https://courier.example/1")
    store_story(archive, later, make_annotations(renewed, **LISBON))  # type: ignore[arg-type]
    words = "Acme Widgets met. AW said no. 1. A list"
    found = make_annotations(words, organisations=["Acme Widgets", "AW"])
    found = replace(found, references=(span_of(words, "A list"),), bands=(1, -(2**62)))
    store_story(archive, make_raw(words, extra={"Zahl": [1.5, None, "ü", 2**70], "a": {"b": True}}), found)
    with write_session(archive) as session:
        add_everything_else(session)
    gone = store_raw(archive, make_raw("Taken back.")).story_id
    with write_session(archive) as session:
        delete_stories(session, [gone], now=NOW)
    return archive


def add_everything_else(session: Session) -> None:
    """An actor who leads to a later one, a user who is signed in, a token, a feed with an item, and a lease."""
    organisations = select(col(Actor.id)).where(col(Actor.kind) == "organisation").order_by(col(Actor.id))
    old, new = session.scalars(organisations)
    session.execute(update(Actor).where(col(Actor.id) == old).values(merged_into_id=new))
    users.add_user(session, "ana", PASSWORD, now=NOW)
    users.sign_in(session, users.list_users(session)[0], now=NOW, lasts=timedelta(days=1))
    tokens.new_token(session, name="cron", scope="write", now=NOW)
    feed = Feed(id=7, url="https://courier.example/feed", url_key="courier", next_poll_at=NOW, added_at=NOW)
    session.add(feed)
    session.flush()
    session.add(FeedItem(feed_id=7, item_key="a", state="failed", last_error="404", published_at=NOW))
    leases.take(session, "worker", "somebody", now=NOW, lasts=timedelta(seconds=20))


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }


def test_a_copy_has_every_row_of_every_table(full: Engine, target: Engine) -> None:
    copied = copy_archive(full, target, silent)
    wanted = rows_of(full)
    assert rows_of(target) == wanted
    assert copied == {name: len(rows) for name, rows in wanted.items()}
    assert min(copied.values()) > 0


def test_a_copy_is_sound_and_searched_like_the_archive(full: Engine, target: Engine) -> None:
    copy_archive(full, target, silent)
    for engine in (full, target):
        with write_session(engine) as session:
            assert soundness.problems(session) == []
            by_words = Selection((("q", '"fisheries minister"'),))
            assert [card.id for card in list_stories(session, by_words, after=None, size=5).items] == [1]
            said = list_quotes(session, Selection((("q", "catch"),)), after=None, size=5)
            assert len(said.items) == 1


def test_a_copy_gives_no_number_again(full: Engine, target: Engine) -> None:
    copy_archive(full, target, silent)
    added = [store_story(engine, make_raw("Another story.")) for engine in (full, target)]
    assert added[0] == added[1]
    with write_session(target) as session:
        session.add(Feed(url="https://courier.example/2", url_key="2", next_poll_at=NOW, added_at=NOW))
        users.add_user(session, "ben", PASSWORD, now=NOW)


def test_a_database_with_rows_is_no_target_and_stays_as_it_is(full: Engine) -> None:
    before = rows_of(full)
    with pytest.raises(CopyError, match=r"not empty \(there are rows in: actor, "):
        copy_archive(full, full, silent)
    assert rows_of(full) == before


def test_a_database_of_another_program_is_no_target(archive: Engine, target: Engine) -> None:
    with target.begin() as connection:
        connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
    with pytest.raises(CopyError, match=r"another program \(invoice\)"):
        copy_archive(archive, target, silent)
    assert inspect(target).get_table_names() == ["invoice"]


def test_a_row_that_changes_on_its_way_is_noticed_and_nothing_is_kept(
    full: Engine, target: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(new: Connection, _last: object) -> None:
        new.execute(update(Story).where(col(Story.id) == 1).values(title="Another title"))

    monkeypatch.setattr(moving, "_set_last_ids", spoil)
    with pytest.raises(CopyError, match="story has 2 rows there that are not the 2 of this archive"):
        copy_archive(full, target, silent)
    assert not any(rows_of(target).values())


def test_a_number_is_carried_over_or_said_to_be_too_large_and_nothing_is_kept(full: Engine, target: Engine) -> None:
    is_too_large = target.dialect.name == "postgresql"  # SQLite holds any
    with write_session(full) as session:
        words = 2**40 if is_too_large else 2**31 - 1
        session.execute(update(Story).where(col(Story.id) == 2).values(word_count=words))
    if is_too_large:
        with pytest.raises(CopyError, match="a row of story cannot be stored there"):
            copy_archive(full, target, silent)
        assert not any(rows_of(target).values())
    else:
        copy_archive(full, target, silent)
        assert rows_of(target) == rows_of(full)
