"""Storing and annotating together, with the real annotators."""

import gc
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import ingest
from app.config import get_settings
from app.executors import executor
from app.ingest import add_stories, annotate_pending
from app.spans import Annotations, RawStory, Unreadable
from app.store import archive as whole
from app.store import browse, soundness, waiting
from app.store.db import write_session
from app.store.filters import Selection
from app.store.models import Story
from tests import kill_run
from tests.factories import make_raw
from tests.kill_run import Held
from tests.processes import NEWSGLOSS, kill, started, until

TEXT = "Ana Ruiz, Spain's health minister, met doctors in Madrid. “We listened,” she said. Number {}."


def many(n: int) -> Iterator[RawStory]:
    return (make_raw(TEXT.format(i), title=f"Story {i}") for i in range(n))


def test_unreadable_stories_are_reported_and_the_rest_is_taken(archive: Engine) -> None:
    bad = Unreadable("file.jsonl:2", "is not valid JSON")
    report = add_stories(archive, [make_raw("One."), bad, make_raw("Two."), make_raw("One.")])
    assert report.outcomes == {"added": 2, "duplicate": 1}
    assert (report.unreadable, report.unreadable_count) == ([bad], 1)
    assert report.story_ids == [1, 2, 1]


def test_of_what_is_unreadable_all_is_said_and_counted_but_not_all_kept(archive: Engine) -> None:
    said: list[Unreadable] = []
    found = (Unreadable(f"{i}", "is no story") for i in range(ingest.KEPT_UNREADABLE + 5))
    report = add_stories(archive, found, on_unreadable=said.append)
    assert (len(report.unreadable), report.unreadable_count, len(said)) == (1000, 1005, 1005)


def test_stories_are_let_go_once_they_are_stored(archive: Engine) -> None:
    alive: list[int] = []

    def look() -> None:
        if len(alive) % 100 == 0:
            gc.collect()
            alive.append(sum(type(each) is RawStory for each in gc.get_objects()))
        else:
            alive.append(0)

    add_stories(archive, many(500), on_story=look)
    assert 0 < max(alive) <= 2 * ingest.COMMIT_STORIES


def test_only_the_stories_asked_for_are_annotated(archive: Engine) -> None:
    ids = add_stories(archive, many(3)).story_ids
    assert annotate_pending(archive, get_settings(), among=[ids[1]]) == {"annotated": 1}
    assert annotate_pending(archive, get_settings()) == {"annotated": 2}
    assert annotate_pending(archive, get_settings()) == {}


def test_a_pool_annotates_the_same(archive: Engine) -> None:
    with executor(2) as pool:
        add_stories(archive, many(70))
        assert annotate_pending(archive, get_settings(), pool=pool) == {"annotated": 70}
    with Session(archive) as session:
        assert whole.wrong_counts(session) == {}
        assert {card.quote_count for card in browse.list_stories(session, Selection(), after=None, size=90).items} == {
            1
        }


def test_a_story_changed_while_it_was_annotated_stays_waiting(archive: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://courier.example/1"
    add_stories(archive, [make_raw("The old words.", url=url)])

    def change_meanwhile(texts: Iterator[object], **_: object) -> Iterator[Annotations]:
        next(texts)
        add_stories(archive, [make_raw("The new words.", url=url)])
        yield Annotations("annotated", "en")

    monkeypatch.setattr(ingest, "annotate_many", change_meanwhile)
    annotate_pending(archive, get_settings(), among=[1])
    with Session(archive) as session:
        assert [story.text for story in waiting.pending(session, "any", among=[1])] == ["The new words."]


def test_adding_killed_at_any_moment_loses_and_doubles_nothing(archive: Engine, tmp_path: Path) -> None:
    held = kill_run.run(archive, tmp_path, stories=300, kills=2)
    assert held == Held(stories=300, texts=300, annotated=300, quotes=300, mentions=600)
    with write_session(archive) as session:
        assert soundness.problems(session) == []


def test_annotating_anew_goes_on_when_called_again_after_being_killed(archive: Engine) -> None:
    add_stories(archive, many(70))
    with started("reannotate") as running:
        until(lambda: _waiting(archive, untried=True) < 70)
        kill(running.pid)
    assert _waiting(archive) > 0
    subprocess.run([*NEWSGLOSS, "reannotate"], check=True, stdout=subprocess.DEVNULL)
    assert _waiting(archive) == 0
    with write_session(archive) as session:
        assert whole.counts(session)["quotes"] == 70
        assert soundness.problems(session) == []


def _waiting(archive: Engine, *, untried: bool = False) -> int:
    """How many stories wait for annotation; or only those that nobody has taken up yet."""
    waits = select(col(Story.next_try_at)).where(col(Story.annotated_version).is_(None))
    with Session(archive) as session:
        return sum(not untried or next_try is None for next_try in session.scalars(waits))
