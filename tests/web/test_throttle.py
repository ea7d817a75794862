from typing import Any

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.web.app import create_app

pytestmark = pytest.mark.usefixtures("still_clock")

SEARCHES = ["/?q=harbour", "/stories.csv", "/quotes.jsonl", "/stories.atom?country=PT", "/api/v1/stories"]


def client_of(database_url: str, **settings: Any) -> TestClient:
    app = create_app(Settings(database_url=database_url, **settings))
    return TestClient(app, client=("10.0.0.1", 5), raise_server_exceptions=False, follow_redirects=False)


@pytest.mark.parametrize("address", SEARCHES)
def test_searching_without_end_is_stopped_and_told_when_to_go_on(database_url: str, address: str) -> None:
    client = client_of(database_url, searches_per_minute=2)
    statuses = [client.get(address).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    stopped = client.get(address)
    assert 0 < int(stopped.headers["retry-after"]) <= 60
    assert "2 searches a minute" in stopped.text
    assert f"wait {stopped.headers['retry-after']} s" in stopped.text
    assert client.head(address).status_code == 429


def test_plain_pages_are_never_refused(database_url: str) -> None:
    client = client_of(database_url, searches_per_minute=1)
    assert client.get("/?q=a").status_code == 200
    assert client.get("/?q=a").status_code == 429
    for address in ("/", "/people", "/?country=PT", "/api/docs", "/healthz", "/opensearch.xml"):
        assert [client.get(address).status_code for _ in range(2)] == [200, 200], address


def test_writing_without_end_is_stopped_before_it_is_looked_at(database_url: str) -> None:
    client = client_of(database_url, writes_per_minute=2)
    assert [client.post("/api/v1/stories", json={}).status_code for _ in range(3)] == [401, 401, 429]
    assert client.delete("/api/v1/stories/1").status_code == 429
    assert client.post("/stories/1/delete").status_code == 429
    assert client.get("/api/v1/stories").status_code == 200


def test_nobody_is_stopped_where_no_limit_is_set(database_url: str) -> None:
    client = client_of(database_url, searches_per_minute=0, writes_per_minute=0)
    assert {client.get("/api/v1/countries").status_code for _ in range(5)} == {200}
    assert {client.post("/api/v1/stories").status_code for _ in range(5)} == {401}


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
    ],
)
def test_each_client_is_counted_apart_and_a_whole_network_of_ipv6_as_one(
    database_url: str, one: str, other: str, together: bool
) -> None:
    app = create_app(Settings(database_url=database_url, searches_per_minute=1))
    statuses = [TestClient(app, client=(host, 5)).get("/api/v1/countries").status_code for host in (one, other)]
    assert statuses == [200, 429 if together else 200]


def test_whom_a_request_is_counted_for_is_not_for_the_request_to_say(database_url: str) -> None:
    def tried(**settings: Any) -> list[int]:
        client = client_of(database_url, searches_per_minute=1, **settings)
        sent = [{"X-Forwarded-For": f"{made_up}, 1.1.1.1"} for made_up in ("7.7.7.7", "8.8.8.8")]
        return [client.get("/api/v1/countries", headers=each).status_code for each in [*sent, {}]]

    assert tried() == [200, 429, 429]
    assert tried(trusted_proxies="10.0.0.0/8") == [200, 429, 200]
