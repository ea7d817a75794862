"""The server as a process: a new database, a taken port, a story sent to it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

SERVE = [sys.executable, "-m", "app.cli", "serve"]


@contextmanager
def serving(url: str) -> Iterator[str]:
    """The address of a server over that database."""
    environment = {**os.environ, "NEWSGLOSS_DATABASE_URL": url}
    with subprocess.Popen([*SERVE, "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found is not None
        yield found[0]
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
