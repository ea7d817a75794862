"""An archive for each test, copied from one that was migrated once."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.config import get_settings
from app.store.db import make_engine, migrate


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("migrated") / "archive.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database_url(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an empty archive of this test's own, set for processes it starts too."""
    path = tmp_path / "archive.db"
    shutil.copy(migrated_file, path)
    monkeypatch.setitem(os.environ, "NEWSGLOSS_DATABASE_URL", f"sqlite:///{path}")
    get_settings.cache_clear()
    yield f"sqlite:///{path}"
    get_settings.cache_clear()


@pytest.fixture
def archive(database_url: str) -> Iterator[Engine]:
    """An empty archive."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()
