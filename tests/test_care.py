"""Saving and restoring an archive, and what becomes of it on a full disk or under somebody else's lock."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlmodel import Session
from starlette.testclient import TestClient

from alembic import command
from app.config import Settings
from app.store import archive as whole
from app.store import backups, db, leases, soundness, tokens
from app.store.backups import BackupError, back_up, restore
from app.store.db import _alembic_config as alembic_config
from app.store.db import is_current, make_engine, write_session
from app.web.app import create_app
from tests.factories import NOW, add_user, make_raw, store_raw, store_story
from tests.processes import NEWSGLOSS
from tests.web.forms import sign_in


def save(url: str, target: Path, *, replaces: bool = False) -> Path:
    back_up(url, target, replaces=replaces, on_pages=lambda _pages, _total: None)
    return target


def bring_back(url: str, source: Path, *, replaces: bool = False) -> None:
    restore(url, source, replaces=replaces, on_pages=lambda _pages, _total: None)


def stories_of(url: str) -> int:
    """How many stories a sound archive holds."""
    engine = make_engine(url)
    with write_session(engine) as session:
        assert soundness.problems(session) == []
        held = whole.counts(session)["stories"]
    engine.dispose()
    return held


def file_of(archive: Engine) -> Path:
    return Path(archive.url.database or "")


@pytest.fixture
def other_url(tmp_path: Path) -> str:
    """Where no archive is yet."""
    return f"sqlite:///{tmp_path / 'other.db'}"


# ------------------------------------------------------------------------------------------------ backup and restore


def test_what_was_saved_is_restored_into_a_new_archive(
    archive: Engine, database_url: str, other_url: str, tmp_path: Path
) -> None:
    store_story(archive)
    saved = save(database_url, tmp_path / "saved.db")
    store_story(archive, make_raw("Written later."))
    assert saved.stat().st_mode & 0o777 == 0o600
    bring_back(other_url, saved)
    assert stories_of(other_url) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.db", "saved.db"]


def test_a_backup_taken_while_others_write_is_whole(
    archive: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "PAGES", 1)
    store_story(archive)
    written: list[int] = []

    def write(_pages: int, _total: int) -> None:
        if len(written) < 20:
            written.append(store_story(archive, make_raw(f"Written meanwhile: {len(written)}.")))

    saved = tmp_path / "saved.db"
    back_up(database_url, saved, replaces=False, on_pages=write)
    assert len(written) == 20
    assert stories_of(f"sqlite:///{saved}") == 1
    assert stories_of(database_url) == 21


def test_nothing_is_written_over_unasked(archive: Engine, database_url: str, other_url: str, tmp_path: Path) -> None:
    store_story(archive)
    saved = save(database_url, tmp_path / "saved.db")
    with pytest.raises(BackupError, match="--force"):
        save(database_url, saved)
    with pytest.raises(BackupError, match="the archive itself"):
        save(database_url, file_of(archive), replaces=True)
    store_story(archive, make_raw("Written later."))
    with pytest.raises(BackupError, match="--force"):
        bring_back(database_url, saved)
    with pytest.raises(BackupError, match="the archive itself"):
        bring_back(database_url, file_of(archive), replaces=True)
    assert stories_of(database_url) == 2
    bring_back(database_url, saved, replaces=True)
    assert stories_of(database_url) == 1
    store_story(archive, make_raw("Written later still."))
    save(database_url, saved, replaces=True)
    bring_back(other_url, saved)
    assert stories_of(other_url) == 2


def test_users_and_feeds_count_as_something_too(archive: Engine, database_url: str, tmp_path: Path) -> None:
    saved = save(database_url, tmp_path / "saved.db")
    bring_back(database_url, saved)
    add_user(archive, "ana")
    with pytest.raises(BackupError, match="not empty"):
        bring_back(database_url, saved)


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def scratched(data: bytes) -> bytes:
    return data[:8192] + bytes(4096 * 8) + data[8192 + 4096 * 8 :]


@pytest.mark.parametrize("damage", [cut, scratched, lambda _: b"", lambda _: b"Dear diary", lambda _: b"\0" * 5000])
def test_a_damaged_backup_is_refused_and_the_archive_stays(
    archive: Engine, database_url: str, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    store_story(archive)
    saved = save(database_url, tmp_path / "saved.db")
    saved.write_bytes(damage(saved.read_bytes()))
    with pytest.raises(BackupError, match=r"saved\.db is "):
        bring_back(database_url, saved, replaces=True)
    assert stories_of(database_url) == 1


def test_another_database_is_refused(archive: Engine, database_url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "music.db")) as connection:
        connection.execute("CREATE TABLE song (title)")
    with pytest.raises(BackupError, match="no archive of Newsgloss"):
        bring_back(database_url, tmp_path / "music.db")


def test_a_backup_of_an_older_version_is_brought_to_the_newest(
    archive: Engine, database_url: str, other_url: str, tmp_path: Path
) -> None:
    store_story(archive)
    config = alembic_config()
    config.attributes["url"] = database_url
    command.downgrade(config, "0002")
    bring_back(other_url, save(database_url, tmp_path / "saved.db"))
    engine = create_engine(other_url)
    assert is_current(engine)
    assert stories_of(other_url) == 1
    engine.dispose()


def test_a_backup_of_a_newer_version_is_refused(archive: Engine, database_url: str, tmp_path: Path) -> None:
    with archive.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BackupError, match="newer"):
        save(database_url, tmp_path / "saved.db")


def test_restoring_waits_for_no_worker_and_signs_everybody_out(
    archive: Engine, database_url: str, tmp_path: Path
) -> None:
    add_user(archive, "ana")
    with TestClient(create_app(Settings(database_url=database_url)), follow_redirects=False) as client:
        sign_in(client, "ana")
        assert client.get("/account").status_code == 200
        saved = save(database_url, tmp_path / "saved.db")
        with write_session(archive) as session:
            leases.take(session, leases.WORKER, "somebody", now=datetime.now(UTC), lasts=timedelta(seconds=20))
        with pytest.raises(BackupError, match="stop the server"):
            bring_back(database_url, saved, replaces=True)
        with write_session(archive) as session:
            leases.release(session, leases.WORKER, "somebody")
        bring_back(database_url, saved, replaces=True)
        assert client.get("/account").status_code == 303
        assert sign_in(client, "ana").status_code == 303


def test_whoever_reads_while_it_is_restored_sees_the_old_or_the_new(
    archive: Engine, database_url: str, tmp_path: Path
) -> None:
    store_story(archive)
    saved = save(database_url, tmp_path / "saved.db")
    store_story(archive, make_raw("Written later."))
    with Session(archive) as session:
        assert whole.counts(session)["stories"] == 2
        restoring = threading.Thread(target=bring_back, args=(database_url, saved), kwargs={"replaces": True})
        restoring.start()
        restoring.join()
        assert whole.counts(session)["stories"] == 2
    assert stories_of(database_url) == 1


KILLED_ON_THE_WAY = """
import os, signal, sys
from pathlib import Path
from app.store import backups
backups.PAGES = 1
url, file, at = sys.argv[1:]
def on_pages(pages, total):
    on_pages.done = getattr(on_pages, "done", 0) + pages
    if on_pages.done >= total * float(at):
        os.kill(os.getpid(), signal.SIGKILL)
backups.restore(url, Path(file), replaces=True, on_pages=on_pages)
"""


@pytest.mark.parametrize("at", [0.1, 0.9])
def test_restoring_killed_on_the_way_leaves_the_archive_as_it_was(
    archive: Engine, database_url: str, other_url: str, tmp_path: Path, at: float
) -> None:
    saved = save(database_url, tmp_path / "saved.db")
    store_story(archive)
    bring_back(other_url, save(database_url, tmp_path / "other-saved.db"))
    script = [sys.executable, "-c", KILLED_ON_THE_WAY, other_url, str(saved), str(at)]
    assert subprocess.run(script, check=False, timeout=60).returncode == -signal.SIGKILL
    assert stories_of(other_url) == 1
    bring_back(other_url, saved, replaces=True)
    assert stories_of(other_url) == 0


def test_on_postgresql_its_own_tools_are_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        save("postgresql://nowhere.example/news", tmp_path / "saved.db")


def test_without_an_archive_there_is_nothing_to_save(other_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no archive"):
        save(other_url, tmp_path / "saved.db")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------------ trouble around it


def newsgloss(*arguments: str | Path, most_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """A command that may write files of so many bytes, as if the disk were full beyond."""

    def limit() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.run(
        [*NEWSGLOSS, *map(str, arguments)], preexec_fn=limit, capture_output=True, text=True, check=False, timeout=120
    )


def test_on_a_full_disk_adding_ends_in_a_line_and_goes_on_later(
    archive: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSGLOSS_MAX_ANNOTATED_CHARS", "1000")
    store_story(archive)
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text(f"Story {number}.\n\n" + f"It rains in Lisbon, number {number}. " * 800)
    done = newsgloss("add", tmp_path, most_bytes=file_of(archive).stat().st_size + 300_000)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "cannot be used" in done.stderr
    assert stories_of(database_url) >= 1
    assert newsgloss("add", tmp_path).returncode == 0
    assert stories_of(database_url) == 41


def test_on_a_full_disk_no_half_backup_is_left_and_no_backup_is_lost(archive: Engine, tmp_path: Path) -> None:
    store_story(archive)
    target = tmp_path / "saved.db"
    assert newsgloss("backup", target).returncode == 0
    before = target.read_bytes()
    done = newsgloss("backup", target, "--force", most_bytes=100_000)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"{target} is as it was" in done.stderr.replace("\n", "")
    assert (target.read_bytes(), [*tmp_path.iterdir()]) == (before, [target])


def test_a_full_disk_on_the_server_is_said_and_reading_goes_on(archive: Engine, database_url: str) -> None:
    story_id = store_story(archive)
    add_user(archive, "ana")
    with write_session(archive) as session:
        token = tokens.new_token(session, name="", scope="write", now=NOW)
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
    with TestClient(create_app(Settings(database_url=database_url)), raise_server_exceptions=False) as client:
        sign_in(client, "ana")
        event.listen(client.app.state.engine, "begin", lambda each: _may_hold(each, pages))  # type: ignore[attr-defined]
        sent = {"text": "“Too much,” said Ana Ruiz. " * 4000}
        answer = client.post("/api/v1/stories", json=sent, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 503
        assert "disk" in answer.json()["help"]
        assert client.get(f"/stories/{story_id}", follow_redirects=True).status_code == 200
    assert stories_of(database_url) == 1


def _may_hold(connection: Connection, pages: int) -> None:
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def test_a_locked_database_is_said_and_nothing_is_stored(
    archive: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "PRAGMAS", ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 50"))
    with write_session(archive) as session:
        token = tokens.new_token(session, name="", scope="write", now=NOW)
    sent = {"json": {"text": "It rains."}, "headers": {"Authorization": f"Bearer {token}"}}
    app = create_app(Settings(database_url=database_url))
    with TestClient(app, raise_server_exceptions=False) as client, write_session(archive) as other:
        other.connection()  # only now it has the lock
        answer = client.post("/api/v1/stories", **sent)  # type: ignore[arg-type]
        assert client.get("/").status_code == 200
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert "Nothing you sent was stored" in answer.json()["help"]
    assert stories_of(database_url) == 0


def test_without_the_model_the_worker_says_so_once_and_stories_wait(archive: Engine) -> None:
    store_raw(archive, make_raw("One."))
    process = subprocess.Popen(
        [*NEWSGLOSS, "worker"],
        env={**os.environ, "NEWSGLOSS_MODEL": "no_such_model"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "no_such_model is not installed" in process.stderr.readline()
    process.terminate()
    assert "no_such_model" not in process.stderr.read()
    process.wait()
    with Session(archive) as session:
        assert session.execute(text("SELECT state FROM story")).scalar_one() == "pending"


# ------------------------------------------------------------------------------------------------ is it ready


def test_ready_says_which_part_is_missing(archive: Engine, database_url: str) -> None:
    with TestClient(create_app(Settings(database_url=database_url, open_to_read=False))) as client:
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["worker"] != "ok"
        with write_session(archive) as session:
            leases.take(session, leases.WORKER, "somebody", now=datetime.now(UTC), lasts=timedelta(seconds=20))
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (
            200,
            {"status": "ok", "database": "ok", "model": "ok", "worker": "ok"},
        )
        with archive.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert client.get("/readyz").json()["database"] != "ok"
    with TestClient(create_app(Settings(database_url=database_url, model="no_such_model"))) as client:
        assert "no_such_model" in client.get("/readyz").json()["model"]
