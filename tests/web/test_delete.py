import re

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.testclient import TestClient

from app.store import archive as whole
from app.store.db import write_session
from app.store.tokens import new_token
from tests.factories import NOW, add_user, store_story
from tests.web.forms import sent_token, sign_in

STORY = "/stories/1-harbour-talks-begin-in-lisbon"
OF_IT = ["/", "/?q=harbour", "/people", "/quotes", "/sources", "/countries", "/api/v1/stories", "/stories.csv"]


@pytest.fixture
def signed_in(client: TestClient, archive: Engine) -> TestClient:
    """A client who is signed in, over an archive with one story."""
    store_story(archive)
    add_user(archive, "ana")
    sign_in(client, "ana")
    return client


def test_a_signed_in_user_deletes_a_story_from_its_page(signed_in: TestClient, archive: Engine) -> None:
    for address in OF_IT:
        assert "Lisbon" in signed_in.get(address).text or "Portugal" in signed_in.get(address).text, address
    found = re.search(r'href="([^"]+/delete)"', signed_in.get(STORY).text)
    assert found is not None
    asked = signed_in.get(found[1])
    assert "Harbour talks begin in Lisbon" in asked.text
    assert signed_in.get(STORY).status_code == 200

    done = signed_in.post(found[1], data={"csrf": sent_token(asked.text)})
    assert (done.status_code, done.headers["location"]) == (303, "/stories/1")
    gone = signed_in.get("/stories/1")
    assert (gone.status_code, "taken back" in gone.text) == (410, True)
    for address in OF_IT:
        shown = signed_in.get(address).text
        assert not re.search("Lisbon|Sousa|Portugal.*1 stor", shown), address
    for address in (STORY, "/stories/1.txt", "/stories/1.ninjs.json", "/api/v1/stories/1", f"{STORY}/delete"):
        assert signed_in.get(address).status_code == 410, address
    with Session(archive) as session:
        assert whole.wrong_counts(session) == {}


def test_a_story_deleted_twice_is_gone_and_one_that_never_was_is_unknown(signed_in: TestClient) -> None:
    sent = {"csrf": sent_token(signed_in.get(f"{STORY}/delete").text)}
    assert signed_in.post(f"{STORY}/delete", data=sent).status_code == 303
    assert signed_in.post(f"{STORY}/delete", data=sent).status_code == 410
    assert signed_in.post("/stories/2/delete", data=sent).status_code == 404
    assert signed_in.post("/stories/x/delete", data=sent).status_code == 404


def test_nothing_is_deleted_by_a_stranger_a_link_or_another_site(signed_in: TestClient) -> None:
    sent = {"csrf": sent_token(signed_in.get(f"{STORY}/delete").text)}
    assert signed_in.post(f"{STORY}/delete").status_code == 403
    assert signed_in.post(f"{STORY}/delete", data=sent, headers={"Origin": "https://evil.example"}).status_code == 403
    signed_in.cookies.clear()
    assert "/delete" not in signed_in.get(STORY).text
    assert signed_in.get(f"{STORY}/delete").headers["location"].startswith("/login?next=")
    assert signed_in.post(f"{STORY}/delete", data=sent).headers["location"] == "/login"
    assert signed_in.get(STORY).status_code == 200


def test_a_program_deletes_a_story_with_a_token_for_writing(client: TestClient, archive: Engine) -> None:
    store_story(archive)
    with write_session(archive) as session:
        tokens = {scope: new_token(session, name="", scope=scope, now=NOW) for scope in ("read", "write")}
    bearer = {scope: {"Authorization": f"Bearer {token}"} for scope, token in tokens.items()}
    for headers in ({}, bearer["read"]):
        assert client.delete("/api/v1/stories/1", headers=headers).status_code == 401
    answers = [client.delete("/api/v1/stories/1", headers=bearer["write"]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 410]
    assert answers[0].content == b""
    assert client.delete("/api/v1/stories/9", headers=bearer["write"]).status_code == 404
    assert client.get("/api/v1/stories/1").status_code == 410
