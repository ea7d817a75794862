import logging
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.config import Settings
from app.store import archive as whole
from app.store.db import write_session
from app.store.tokens import new_token
from app.web.app import create_app
from app.web.security import SECURITY_HEADERS
from tests.factories import NOW, PASSWORD, add_user, make_raw, store_raw, store_story
from tests.web.forms import sign_in


@pytest.fixture(autouse=True)
def _all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def counted(archive: Engine, database_url: str) -> Iterator[TestClient]:
    """A client over an empty archive whose requests are counted."""
    app = create_app(Settings(database_url=database_url, metrics=True))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def figures(client: TestClient) -> dict[str, float]:
    """The samples of /metrics, labels included in their names: `name{a="b"}`."""
    found = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_every_request_is_a_line_with_what_was_asked_and_how_it_went(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/stories/3?q=harbour")
    record = next(each for each in caplog.records if each.name == "newsgloss.requests")
    said = vars(record)["fields"]
    assert (said["method"], said["path"], said["status"]) == ("GET", "/stories/3", 404)
    assert said["route"] == "/stories/{key}"
    assert said["ms"] > 0
    assert record.getMessage().startswith("GET /stories/3 404 in ")


def test_what_is_asked_for_all_the_time_is_logged_for_those_who_debug(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    for address in ("/healthz", "/static/x/app.css"):
        client.get(address)
    levels = {vars(each)["fields"]["path"]: each.levelno for each in caplog.records if hasattr(each, "fields")}
    assert levels == {"/healthz": logging.DEBUG, "/static/x/app.css": logging.INFO}


def test_an_address_cannot_write_a_line_of_its_own(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/a%0A2026-06-01%20INFO%20newsgloss%3A%20all%20is%20well%1b[31m")
    lines = [each.getMessage() for each in caplog.records if each.name == "newsgloss.requests"]
    assert len(lines) == 1
    assert lines[0].isprintable()


@pytest.mark.parametrize("given", ["abc-1.2_Z", "0" * 64])
def test_the_name_that_a_proxy_gave_a_request_is_kept(client: TestClient, given: str) -> None:
    assert client.get("/", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "0" * 65, "a b", "a,b", "{}", "é", "<b>"])
def test_a_malformed_name_is_replaced(client: TestClient, given: str) -> None:
    answers = [client.get("/", headers=[(b"X-Request-ID", given.encode())]).headers["x-request-id"] for _ in range(2)]
    assert answers[0] != answers[1]
    assert all(len(each) == 16 for each in answers)


def test_an_answer_to_a_crash_has_its_name_and_all_headers(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_session: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(whole, "counts", crash)
    answer = client.get("/healthz", headers={"X-Request-ID": "here-1"})
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert answer.headers["x-request-id"] == "here-1"
    assert "here-1" in answer.text
    assert "a secret" not in answer.text


def test_the_log_holds_no_secrets(client: TestClient, archive: Engine, caplog: pytest.LogCaptureFixture) -> None:
    add_user(archive, "ana")
    with write_session(archive) as session:
        token = new_token(session, name="", scope="write", now=NOW)
    sign_in(client, "ana", "not the password", then="/people?name=secret-words")
    sign_in(client, "ana")
    secret = client.cookies["newsgloss-session"]
    client.get(f"/?q=secret-words&token={token}")
    client.get("/api/v1/stories?after=secret-words", headers={"Authorization": f"Bearer {token}"})
    client.post(
        "/api/v1/stories", content=b'{"text": 3, "x": "secret-words"}', headers={"Authorization": f"Bearer {token}"}
    )
    ours = "\n".join(
        f"{each.getMessage()} {vars(each)}" for each in caplog.records if each.name.startswith("newsgloss")
    )
    assert ours.count("GET") > 2
    for hidden in (PASSWORD, "not the password", token, secret, "secret-words"):
        assert hidden not in ours


def test_requests_are_counted_by_what_they_ask_for(counted: TestClient, archive: Engine) -> None:
    store_story(archive)
    for address in (
        "/stories/1-harbour-talks-begin-in-lisbon",
        "/stories/2",
        "/stories/3",
        "/nowhere/1",
        "/nowhere/2",
        "/static/1",
        "/static/2",
    ):
        counted.get(address)
    counted.request("BREW", "/")
    found = figures(counted)
    assert found['newsgloss_requests_total{method="GET",route="/stories/{key}",status="200"}'] == 1
    assert found['newsgloss_requests_total{method="GET",route="/stories/{key}",status="404"}'] == 2
    assert found['newsgloss_requests_total{method="GET",route="",status="404"}'] == 2
    assert found['newsgloss_requests_total{method="GET",route="/static",status="404"}'] == 2
    assert found['newsgloss_requests_total{method="other",route="/",status="405"}'] == 1
    assert found['newsgloss_request_seconds_count{route="/stories/{key}"}'] == 3
    assert found["process_resident_memory_bytes"] > 0


def test_the_figures_say_what_waits_and_for_how_long(counted: TestClient, archive: Engine) -> None:
    store_story(archive)
    before = figures(counted)
    store_raw(archive, make_raw("A story that waits."))
    after = figures(counted)
    names = ("newsgloss_stories", "newsgloss_stories_pending", "newsgloss_worker_running")
    assert [before[name] for name in names] == [1, 0, 0]
    assert [after[name] for name in names] == [2, 1, 0]
    assert before["newsgloss_worker_lag_seconds"] == 0
    assert after["newsgloss_worker_lag_seconds"] > 0


def test_there_are_no_figures_unless_they_are_wanted(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_figures_of_a_closed_archive_are_for_those_who_may_read_it(archive: Engine, database_url: str) -> None:
    with write_session(archive) as session:
        token = new_token(session, name="", scope="read", now=NOW)
    app = create_app(Settings(database_url=database_url, metrics=True, open_to_read=False))
    client = TestClient(app, follow_redirects=False)
    assert client.get("/metrics").status_code == 303
    assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200
