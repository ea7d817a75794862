"""An archive for each test, copied from one that was migrated once; browser tests only where there is a browser.

Tests of the store and the web run on SQLite and on PostgreSQL, where NEWSGLOSS_TEST_POSTGRES is the address of a
database on a server that lets them make others.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import Engine

from app.config import get_settings
from app.store import users
from app.store.db import make_engine, migrate
from tests.databases import Databases, PostgresqlDatabases, SqliteDatabases
from tests.site import Site, serve_site

pytest_plugins = ("tests.browsing",)

# How long an example takes depends on what else the machine is doing.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = (
    "No Chromium on PATH, so the browser tests are left out; "
    "`apt install chromium` (or your system's package of it) brings one."
)
POSTGRESQL = os.environ.get("NEWSGLOSS_TEST_POSTGRES")
NO_POSTGRESQL = (
    "NEWSGLOSS_TEST_POSTGRES is not set to a PostgreSQL server (`make test` starts one where it is installed)"
)
ON_BOTH = ("store", "web")


def find_browser() -> str | None:
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that wants a database on each kind of database, unless it is about something else."""
    if "databases" not in metafunc.fixturenames:
        return
    kinds = [pytest.param("sqlite")]
    if metafunc.definition.path.parent.name in ON_BOTH and not metafunc.definition.get_closest_marker("browser"):
        kinds.append(pytest.param("postgresql", marks=pytest.mark.skipif(not POSTGRESQL, reason=NO_POSTGRESQL)))
    metafunc.parametrize("databases", kinds, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser, and say so; where all must run, that is a failure."""
    if os.environ.get("CI") == "true" and not POSTGRESQL:
        raise pytest.UsageError(NO_POSTGRESQL)
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
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where the databases of tests are made."""
    made: Databases
    if request.param == "sqlite":
        made = SqliteDatabases(tmp_path_factory.mktemp("databases"))
    else:
        made = PostgresqlDatabases(POSTGRESQL or "")
    yield made
    made.close()


@pytest.fixture(scope="session")
def empty_archive(databases: Databases) -> str:
    """The address of a database with all tables and nothing in them, to be copied."""
    url = databases.new()
    migrate(url)
    return url


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hash passwords in a hundredth of the time, and no less correctly."""
    users.hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def database_url(
    request: pytest.FixtureRequest, databases: Databases, empty_archive: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of an archive of this test's own, set for processes it starts too.

    Empty, unless the test has the fixture `filled`.
    """
    template = request.getfixturevalue("filled_archive") if "filled" in request.fixturenames else empty_archive
    url = databases.copy(template)
    monkeypatch.setenv("NEWSGLOSS_DATABASE_URL", url)
    get_settings.cache_clear()
    yield url
    get_settings.cache_clear()
    databases.drop(url)


@pytest.fixture
def archive(database_url: str) -> Iterator[Engine]:
    """An archive of this test's own."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on loopback with nothing on it yet."""
    with serve_site() as served:
        yield served
