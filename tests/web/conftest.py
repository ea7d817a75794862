"""A client over an archive, empty or filled."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.config import Settings
from app.web.app import create_app
from tests.factories import LISBON, TEXT, make_annotations, make_raw, store_raw, store_story


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    """Asks pages of an archive that is empty until a test fills it; redirects are not followed."""
    app = create_app(Settings(database_url=database_url, page_size=2))
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


@pytest.fixture
def filled(archive: Engine, client: TestClient) -> TestClient:
    """The client over four stories: three annotated, one that waits."""
    found = make_annotations(TEXT, **LISBON, organisations=["Norway"], groups=["Fishermen"])  # type: ignore[arg-type]
    for number in range(3):
        raw = make_raw(f"{TEXT}\n\nEdition {number}.", outlet="Harbour Post", external_id=str(number))
        store_story(archive, raw, found)
    store_raw(archive, make_raw("A story that waits.\n\nIt rains.", url="https://harbour.example/waits"))
    return client
