"""A plain install has what `requirements/main.txt` lists and nothing else; reading and adding need no more."""

import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.processes import NEWSGLOSS
from tests.test_serve import serving

ROOT = Path(__file__).parent.parent
PAGES = (
    "/",
    "/?q=Gaza",
    "/?q=%22the+people+of+Gaza%22+-Tehran+Netan*",
    "/people",
    "/organisations",
    "/groups",
    "/countries",
    "/countries/us",
    "/quotes?q=people",
    "/sources",
    "/about",
    "/help",
    "/login",
    "/stories/1",
    "/stories.csv",
    "/stories.jsonl?q=Gaza",
    "/stories.atom?q=Gaza",
    "/api/v1/stories?q=Gaza",
)
# Elsewhere they come with Python's own environments.
WITH_PYTHON = {"pip", "setuptools", "pkg_resources", "_distutils_hack"}
WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def modules_elsewhere() -> set[str]:
    """The modules of this environment that a plain install lacks."""
    listed = re.findall(r"(?m)^([\w.-]+)==", (ROOT / "requirements" / "main.txt").read_text())
    plain = {"newsgloss", *map(normal, listed)}
    modules = packages_distributions().items()
    return {module for module, packages in modules if plain.isdisjoint(map(normal, packages))} - WITH_PYTHON


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a new archive; processes started from now on lack what a plain install lacks."""
    missing = modules_elsewhere()
    assert {"psycopg", "snowballstemmer", "distributed", "pytest"} <= missing
    (tmp_path / "sitecustomize.py").write_text(WITHOUT.format(modules=missing))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(ROOT)]))
    url = f"sqlite:///{tmp_path / 'archive.db'}"
    monkeypatch.setenv("NEWSGLOSS_DATABASE_URL", url)
    return url


def status(address: str) -> int:
    try:
        with urlopen(address) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_stories_are_added_read_and_searched(plain: str) -> None:
    added = [*NEWSGLOSS, "add", "seeds/01-white-house-gaza-talks.txt"]
    subprocess.run(added, cwd=ROOT, check=True, capture_output=True)
    with serving(plain) as site:
        assert {page: status(f"{site}{page}") for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_what_is_missing_is_missing_in_processes_started_here(plain: str) -> None:
    done = subprocess.run([sys.executable, "-c", "import psycopg"], capture_output=True, text=True, check=False)
    assert "No module named 'psycopg'" in done.stderr
