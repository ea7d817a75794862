"""A client over an archive, empty or filled."""

import time
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.store.db import make_engine
from app.web.app import create_app
from tests.databases import Databases
from tests.factories import LISBON, TEXT, make_annotations, make_raw, store_raw, store_story


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    """Asks pages of an archive that is empty until a test fills it; redirects are not followed."""
    app = create_app(Settings(database_url=database_url, page_size=2))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands in the middle of the minute and the quarter of an hour in which requests are counted."""
    now = time.time()
    middle = now - now % 900 + 450
    monkeypatch.setattr(time, "time", lambda: middle)


@pytest.fixture(scope="session")
def filled_archive(databases: Databases, empty_archive: str) -> str:
    """The address of a database with four stories, three annotated and one that waits, to be copied."""
    url = databases.copy(empty_archive)
    engine = make_engine(url)
    found = make_annotations(TEXT, **LISBON, organisations=["Norway"], groups=["Fishermen"])  # type: ignore[arg-type]
    for number in range(3):
        raw = make_raw(f"{TEXT}\n\nEdition {number}.", outlet="Harbour Post", external_id=str(number))
        store_story(engine, raw, found)
    store_raw(engine, make_raw("A story that waits.\n\nIt rains.", url="https://harbour.example/waits"))
    engine.dispose()
    return url


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    """The client over a copy of the four stories, which `database_url` makes where this fixture is wanted."""
    return client
