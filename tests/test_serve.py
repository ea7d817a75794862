"""The server as a process: a new database, a taken port, a story sent to it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.request import Request, urlopen

from tests.processes import address_of

SERVE = [sys.executable, "-m", "app.cli", "serve"]


@contextmanager
def serving(url: str, log: IO[str] | None = None, **settings: str) -> Iterator[str]:
    """The address of a server over that database, which writes its log to a file if one is given."""
    environment = {**os.environ, "NEWSGLOSS_DATABASE_URL": url, **settings}
    command = [*SERVE, "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as server:
        try:
            yield address_of(server)
        finally:
            server.terminate()


def test_a_new_database_is_made_ready_and_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    with serving(f"sqlite:///{tmp_path / 'new.db'}") as site:
        assert json.load(urlopen(f"{site}/healthz"))["status"] == "ok"
        assert "There are no stories yet" in urlopen(f"{site}/").read().decode()


def test_a_story_sent_to_the_running_server_comes_back_annotated(database_url: str) -> None:
    token = subprocess.run(
        [sys.executable, "-m", "app.cli", "token", "new", "--scope", "write"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    body = json.dumps({"text": "“The harbour is open,” said Ann Lee, the mayor of Oslo."}).encode()
    with serving(database_url) as site:
        request = Request(f"{site}/api/v1/stories", body, {"Authorization": f"Bearer {token}"})
        story = json.load(urlopen(request, timeout=120))["story"]
        page = urlopen(f"{site}/stories/{story['id']}").read().decode()
    assert [quote["speaker"]["name"] for quote in story["quotes"]] == ["Ann Lee"]
    assert story["countries"] == ["NO"]
    assert "Ann Lee" in page


def test_a_taken_port_is_said_in_a_line(database_url: str) -> None:
    with serving(database_url) as site:
        port = site.rpartition(":")[2]
        done = subprocess.run([*SERVE, "--port", port], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "choose another with --host and --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_log_of_a_server_is_json_where_that_is_wanted(database_url: str, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log, serving(database_url, log, NEWSGLOSS_LOG_FORMAT="json") as site:
        urlopen(Request(f"{site}/?q=quiet-words", headers={"X-Request-ID": "here-1"}))
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    asked = next(line for line in lines if line["logger"] == "newsgloss.requests")
    assert (asked["path"], asked["status"], asked["request_id"]) == ("/", 200, "here-1")
    assert "quiet-words" not in (tmp_path / "log").read_text()
