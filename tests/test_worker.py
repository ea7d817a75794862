"""The worker, alone and beside a server, as processes that are ended in every way."""

import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from app import ingest, worker
from app.config import Settings, get_settings
from app.ingest import annotate_again, annotate_pending
from app.spans import Annotations
from app.store import annotations, leases, waiting
from app.store.db import write_session
from app.store.models import Story
from app.worker import annotate_due
from tests.factories import make_raw, store_raw
from tests.processes import address_of, command_line, descendants, is_running, kill, started, until

Done = Sequence[tuple[waiting.PendingStory, Annotations]]

TEXT = "Ana Ruiz, Spain's health minister, met doctors in Madrid. “We listened,” she said. Number {}."


class Here(Executor):
    """Runs what is submitted here and now, except for texts with a word that ends the process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The result, or what the pool says when its process has died."""
        future: Future[Any] = Future()
        if "poison" in str(args):
            future.set_exception(BrokenProcessPool())
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def states(archive: Engine) -> list[str]:
    with Session(archive) as session:
        return list(session.scalars(select(col(Story.state)).order_by(col(Story.id))))


def holder(archive: Engine) -> str | None:
    with Session(archive) as session:
        return leases.holder_of(session, leases.WORKER, now=datetime.now(UTC))


def let_all_be_due(archive: Engine) -> None:
    with write_session(archive) as session:
        waiting.unclaim(session, now=datetime.now(UTC))


def worker_of(server: "subprocess.Popen[str]") -> int:
    """The one process that the server started for work, before that has started any."""
    [worker] = [pid for pid in descendants(server.pid) if "spawn_main" in command_line(pid)]
    return worker


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotators that find nothing, in no time."""
    monkeypatch.setattr(ingest, "annotate", lambda *_, **__: Annotations("annotated", "en"))
    monkeypatch.setattr(
        "app.nlp.pipeline._annotate_batch", lambda batch, **_: [Annotations("annotated", "en")] * len(batch)
    )


def test_a_story_that_ends_the_process_says_so_and_blocks_no_other(
    archive: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick(monkeypatch)
    for words in ("One.", "poison", "Three."):
        store_raw(archive, make_raw(words))
    with pytest.raises(BrokenProcessPool):
        annotate_due(archive, get_settings(), Here())
    store_raw(archive, make_raw("Four."))
    let_all_be_due(archive)
    while annotate_due(archive, get_settings(), Here()):
        pass
    assert states(archive) == ["annotated", "failed", "annotated", "annotated"]
    with Session(archive) as session:
        story = session.get_one(Story, 2)
        assert "memory" in (story.state_reason or "")
        assert story.next_try_at is not None
        assert story.next_try_at > datetime.now(UTC)


def refuse_to_save(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the saving of what was found in this text go wrong."""
    save = annotations.save

    def refuse(session: Session, done: Done, version: str, *, now: datetime) -> list[bool]:
        if any(story.text == text and found.state == "annotated" for story, found in done):
            raise ValueError("no room for a second Ann Lee")
        return save(session, done, version, now=now)

    monkeypatch.setattr(ingest, "save", refuse)


def test_a_story_whose_annotations_cannot_be_saved_says_so(archive: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    store_raw(archive, make_raw("One."))
    with write_session(archive) as session:
        waiting.claim_new(session, most=1, now=datetime.now(UTC))
    let_all_be_due(archive)
    refuse_to_save("One.", monkeypatch)
    assert annotate_again(archive, get_settings(), Here()) == "failed"
    with Session(archive) as session:
        assert "second Ann Lee" in (session.get_one(Story, 1).state_reason or "")


def test_a_story_that_cannot_be_saved_takes_none_of_those_along_that_are_saved_with_it(
    archive: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("One.", "Two.", "Three."):
        store_raw(archive, make_raw(text))
    refuse_to_save("Two.", monkeypatch)
    assert annotate_pending(archive, get_settings()) == {"annotated": 2, "failed": 1}
    assert states(archive) == ["annotated", "failed", "annotated"]


def test_without_the_model_stories_wait_unclaimed(archive: Engine) -> None:
    store_raw(archive, make_raw("One."))
    with pytest.raises(OSError, match="no_such_model is not installed"):
        annotate_due(archive, Settings(model="no_such_model"), Here())
    with Session(archive) as session:
        assert session.get_one(Story, 1).next_try_at is None


def test_a_server_annotates_what_is_stored_and_replaces_its_killed_worker(archive: Engine) -> None:
    with started("serve", "--port", "0") as server:
        address_of(server)
        until(lambda: holder(archive) is not None)
        first = holder(archive)
        kill(worker_of(server))
        store_raw(archive, make_raw(TEXT.format(1)))
        until(lambda: states(archive) == ["annotated"])
        assert holder(archive) not in (first, None)


def test_when_a_server_is_killed_its_worker_ends_and_gives_up_the_lease(archive: Engine) -> None:
    with started("serve", "--port", "0") as server:
        address_of(server)
        until(lambda: holder(archive) is not None)
        below = descendants(server.pid)
        assert below
        kill(server.pid)
        until(lambda: not any(map(is_running, below)))
        assert holder(archive) is None


def test_a_server_without_worker_starts_none(archive: Engine) -> None:
    with started("serve", "--port", "0", "--no-worker") as server:
        address_of(server)
        assert not [pid for pid in descendants(server.pid) if "spawn_main" in command_line(pid)]


def test_a_second_worker_waits_until_the_first_is_asked_to_end(archive: Engine) -> None:
    with started("worker") as first:
        until(lambda: holder(archive) is not None)
        held_first = holder(archive)
        with started("worker") as second:
            assert second.stderr is not None
            assert "another worker" in second.stderr.readline()
            first.send_signal(signal.SIGTERM)
            until(lambda: holder(archive) not in (held_first, None))
            assert first.wait(20) == 0
            second.send_signal(signal.SIGINT)
            assert second.wait(20) == 0
    assert holder(archive) is None


def test_a_worker_that_is_told_to_end_just_as_it_takes_the_lease_gives_it_up(
    archive: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_and_end(*args: Any, **kwargs: Any) -> bool:
        assert leases_take(*args, **kwargs)
        session: Session = args[0]
        session.commit()
        raise SystemExit(0)

    leases_take = leases.take
    monkeypatch.setattr(leases, "take", take_and_end)
    with pytest.raises(SystemExit), worker._the_lease(archive, worker.new_holder()):
        pass
    assert holder(archive) is None
