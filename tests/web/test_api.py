import json
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.testclient import TestClient

from app.config import Settings
from app.spans import Annotations
from app.store import archive as whole
from app.store.db import write_session
from app.store.tokens import new_token
from app.web.app import create_app
from tests.factories import NOW, TEXT, lisbon_annotations, make_raw, store_story
from tests.site import Site


class Annotator(Executor):
    """Answers at once, with the annotations of the story about Lisbon for its text and none for any other."""

    def submit(self, _work: Any, /, text: Any, **_: Any) -> Future[Any]:  # type: ignore[override]
        done: Future[Any] = Future()
        done.set_result(lisbon_annotations() if text.text == TEXT else Annotations("annotated", "en"))
        return done


@pytest.fixture
def api(archive: Engine, database_url: str) -> Iterator[TestClient]:
    """The API over an empty archive, with stories of at most 10,000 bytes."""
    settings = Settings(database_url=database_url, max_story_bytes=10_000, fetch_allow_loopback=True, fetch_pause=0)
    app = create_app(settings)
    app.state.annotators = Annotator()
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def bearer(archive: Engine) -> dict[str, str]:
    """The header of a request that may write."""
    with write_session(archive) as session:
        return {"Authorization": f"Bearer {new_token(session, name='', scope='write', now=NOW)}"}


def test_a_story_sent_is_answered_with_its_annotations(api: TestClient, bearer: dict[str, str]) -> None:
    sent = {"id": "7", "outlet": "The Courier", "text": TEXT, "url": "https://courier.example/7", "desk": "sea"}
    answer = api.post("/api/v1/stories", json=sent, headers=bearer)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["outcome"], body["address"]) == ("added", "/stories/1-harbour-talks-begin-in-lisbon")
    story = body["story"]
    assert [quote["speaker"] and quote["speaker"]["name"] for quote in story["quotes"]] == [
        "Marta Sousa",
        "Erik Dahl",
        None,
    ]
    assert (story["outlet"]["name"], story["extra"]) == ("The Courier", {"desk": "sea"})
    assert api.get("/api/v1/stories/1").json() == story
    again = api.post("/api/v1/stories", json=sent, headers=bearer)
    assert (again.status_code, again.json()["outcome"]) == (200, "duplicate")
    renewed = api.post("/api/v1/stories", json={**sent, "text": "New words."}, headers=bearer)
    assert (renewed.status_code, renewed.json()["outcome"]) == (200, "updated")


class Breaks(Annotator):
    """Its process is killed while it works."""

    def submit(self, _work: Any, /, *_: Any, **__: Any) -> Future[Any]:
        broken: Future[Any] = Future()
        broken.set_exception(BrokenProcessPool())
        return broken


def test_a_story_whose_annotation_was_interrupted_is_kept_and_can_be_sent_again(
    api: TestClient, bearer: dict[str, str]
) -> None:
    app = api.app
    assert isinstance(app, FastAPI)
    app.state.annotators = Breaks()
    first = api.post("/api/v1/stories", json={"text": TEXT}, headers=bearer)
    assert (first.status_code, "tried again" in first.json()["error"]) == (503, True)
    assert api.get("/api/v1/stories/1").json()["state"] == "pending"
    app.state.annotators = Annotator()
    again = api.post("/api/v1/stories", json={"text": TEXT}, headers=bearer)
    assert (again.status_code, again.json()["story"]["state"]) == (200, "annotated")


def test_html_is_extracted(api: TestClient, bearer: dict[str, str]) -> None:
    paragraphs = "".join(f"<p>The harbour of Lisbon is open again, number {i}, said the mayor.</p>" for i in range(9))
    page = f"<html><head><title>Open</title></head><body><article><h1>Open</h1>{paragraphs}</article></body></html>"
    story = api.post("/api/v1/stories", json={"html": page}, headers=bearer).json()["story"]
    assert story["title"] == "Open"
    assert story["text"].count("said the mayor.") == 9


def test_an_address_alone_is_fetched(api: TestClient, bearer: dict[str, str], site: Site) -> None:
    paragraphs = "".join(f"<p>The harbour of Lisbon is open again, number {i}, said the mayor.</p>" for i in range(9))
    url = site.page(
        "/open", f"<html><head><title>Open</title></head><body><article>{paragraphs}</article></body></html>"
    )
    answer = api.post("/api/v1/stories", json={"url": url, "outlet": "The Courier"}, headers=bearer)
    assert answer.status_code == 201
    story = answer.json()["story"]
    assert (story["title"], story["url"], story["outlet"]["name"]) == ("Open", url, "The Courier")


def test_an_address_that_cannot_be_fetched_says_why(api: TestClient, bearer: dict[str, str], site: Site) -> None:
    feed = b'{"text": "One."}\n{"text": "Two."}\n'
    for url, words in (
        (site.status("/gone", 404), "nothing at this address"),
        ("http://10.0.0.1/", "private"),
        ("ftp://a.example/", "https://"),
        (site.page("/all.jsonl", feed, "application/json"), "several"),
    ):
        answer = api.post("/api/v1/stories", json={"url": url}, headers=bearer)
        assert (answer.status_code, words in answer.json()["error"]) == (422, True), answer.text


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}])
def test_writing_needs_a_token(api: TestClient, archive: Engine, header: dict[str, str]) -> None:
    answer = api.post("/api/v1/stories", json={"text": TEXT}, headers=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    with Session(archive) as session:
        assert whole.counts(session)["stories"] == 0


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 422, "not valid JSON"),
        (b"{", 422, "not valid JSON"),
        (b"[]", 422, "no JSON object"),
        (b"{}", 422, "`text`"),
        (b'{"text": "   "}', 422, "text"),
        (b'{"text": 3}', 422, "`text`"),
        (b'{"text": "a", "published_at": "soon"}', 422, "ISO 8601"),
        (b'{"text": "a\\u0000b"}', 422, "NUL"),
        (b'{"text": "\\ud800"}', 422, "surrogate"),
        (b'{"html": "<p></p>"}', 422, "article"),
        (b"\xff\xfe\x00", 422, "UTF-8"),
        (json.dumps({"text": "a " * 6000}).encode(), 413, "10,000 bytes"),
    ],
)
def test_a_story_that_cannot_be_taken_says_why(
    api: TestClient, bearer: dict[str, str], body: bytes, status: int, words: str
) -> None:
    answer = api.post("/api/v1/stories", content=body, headers=bearer)
    assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/stories", 200),
        ("/stories?person=1&country=PT&q=catch", 200),
        ("/stories/1", 200),
        ("/stories/2", 404),
        ("/stories/0", 422),
        ("/stories/99999999999999999999", 422),
        ("/stories/x", 422),
        ("/stories?person=abc", 400),
        ("/stories?next=absurd", 400),
        ("/stories?q=%22(((%00", 200),
        ("/facets", 200),
        ("/facets?country=PT", 200),
        ("/people", 200),
        ("/people?sort=quotes&q=sousa", 200),
        ("/people?sort=size", 422),
        ("/people?initial=m", 200),
        ("/people?initial=no", 422),
        ("/stories?not=person:1&form=unnamed group", 200),
        ("/sources?unnamed=true&reason=false", 200),
        ("/people/1", 200),
        ("/organisations/1", 404),
        ("/organisations", 200),
        ("/groups", 200),
        ("/nonsense", 422),
        ("/countries", 200),
        ("/countries/pt?relation=focus", 200),
        ("/countries/zz", 404),
        ("/quotes", 200),
        ("/quotes?kind=direct&speaker=1&about=2", 200),
        ("/quotes?kind=loud", 400),
        ("/sources?unnamed=true&form=unnamed group", 200),
        ("/sources?form=gossip", 422),
        ("/openapi.json", 200),
    ],
)
def test_every_address_answers_in_json(api: TestClient, archive: Engine, path: str, status: int) -> None:
    store_story(archive, make_raw(outlet="Courier"), lisbon_annotations())
    answer = api.get(f"/api/v1{path}")
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert status == 200 or set(body) == {"error", "help"}


def test_lists_lead_on_with_next(api: TestClient, archive: Engine) -> None:
    for i in range(25):
        store_story(archive, make_raw(f"Story {i}."))
    first = api.get("/api/v1/stories").json()
    second = api.get("/api/v1/stories", params={"next": first["next"]}).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (20, 5, None)
    assert (first["total"], first["total_is_exact"]) == (25, True)


def test_the_documentation_page_names_every_operation(api: TestClient) -> None:
    page = api.get("/api/docs").text
    paths = api.get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/stories" in paths
    for path, methods in paths.items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    writing = sum(method != "get" for methods in paths.values() for method in methods)
    assert page.count("Needs a token.") == writing
