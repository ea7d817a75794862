"""An archive for each test, copied from one that was migrated once; browser tests only where there is a browser."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from app.config import get_settings
from app.store import users
from app.store.db import make_engine, migrate

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "No Chromium on PATH, so the browser tests are left out; "
    "`apt install chromium` (or your system's package of it) brings one."
)


def find_browser() -> str | None:
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser, and say so; where all must run, that is a failure."""
    in_browser = [item for item in items if item.get_closest_marker("browser")]
    if not in_browser or find_browser() is not None:
        return
    if os.environ.get("CI") == "true":
        raise pytest.UsageError(NO_BROWSER)
    items[:] = [item for item in items if item not in in_browser]
    config.hook.pytest_deselected(items=in_browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how to get a browser, where there is none."""
    if find_browser() is None:
        terminalreporter.write_line(NO_BROWSER, yellow=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("migrated") / "archive.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hash passwords in a hundredth of the time, and no less correctly."""
    users.hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty archive of this test's own, set for processes it starts too."""
    path = tmp_path / "archive.db"
    shutil.copy(migrated_file, path)
    monkeypatch.setenv("NEWSGLOSS_DATABASE_URL", f"sqlite:///{path}")
    get_settings.cache_clear()
    yield f"sqlite:///{path}"
    get_settings.cache_clear()


@pytest.fixture
def archive(database_url: str) -> Iterator[Engine]:
    """An empty archive."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
