import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import col

from app.store import search, soundness
from app.store.db import write_session
from app.store.models import FacetCount, FeedItem
from tests.factories import NOW, make_raw, store_feed, store_story


def told(archive: Engine) -> list[str]:
    with write_session(archive) as session:
        return [problem.words for problem in soundness.problems(session)]


def mend(archive: Engine) -> None:
    with write_session(archive) as session:
        soundness.repair(session)


def test_a_sound_archive_has_no_problems_and_repairing_it_changes_nothing(archive: Engine) -> None:
    store_story(archive)
    assert told(archive) == []
    mend(archive)
    assert told(archive) == []


def test_wrong_counts_are_named_and_set_right(archive: Engine) -> None:
    store_story(archive)
    with write_session(archive) as session:
        session.execute(update(FacetCount).where(col(FacetCount.facet) == "quote").values(count=7))
    assert told(archive) == ["quote all: kept 7, counted 3"]
    mend(archive)
    assert told(archive) == []


@pytest.mark.parametrize("what", ["story", "quote"])
@pytest.mark.parametrize("change", ["too few", "too many"])
def test_a_search_index_that_does_not_fit_is_named_and_made_anew(
    archive: Engine, what: search.Searched, change: str
) -> None:
    store_story(archive)
    with write_session(archive) as session:
        if change == "too few":
            search.remove(session, what, [1])
        elif archive.dialect.name == "sqlite":
            session.execute(text(f"INSERT INTO {what}_fts (rowid, {search_column(what)}) VALUES (99, 'nowhere')"))
        else:
            session.execute(text(f"INSERT INTO {what}_fts (id, words) VALUES (99, 'nowhere:1')"))
    assert told(archive) == [f"the search index of the {what} rows does not fit them"]
    mend(archive)
    assert told(archive) == []


def search_column(what: search.Searched) -> str:
    return {"story": "title", "quote": "content"}[what]


def test_rows_whose_story_is_gone_are_counted(archive: Engine) -> None:
    store_story(archive)
    kept, lost = (store_story(archive, make_raw(words)) for words in ("Kept.", "Lost."))
    feed_id = store_feed(archive)
    with write_session(archive) as session:
        for key, story_id in (("a", kept), ("b", 77)):
            session.add(FeedItem(feed_id=feed_id, item_key=key, state="stored", story_id=story_id, next_try_at=NOW))
    assert told(archive) == ["1 rows of feed_item without their story"]
    if archive.dialect.name != "sqlite":
        return  # where nobody can take a story away from under its rows
    with closing(sqlite3.connect(archive.url.database or "")) as connection:
        connection.execute("DELETE FROM story WHERE id = ?", (lost,))
        connection.commit()
    assert "1 rows of story_text without their story" in told(archive)
