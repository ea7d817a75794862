import re

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.config import Settings
from app.store import tokens, users
from app.store.db import write_session
from app.web.app import create_app
from app.web.auth import csrf_token
from app.web.links import own_path
from app.web.throttle import SIGN_IN_BY_ADDRESS
from tests.factories import NOW, PASSWORD, add_user
from tests.web.forms import sent_token, sign_in


def test_a_user_signs_in_and_is_led_on(client: TestClient, archive: Engine) -> None:
    add_user(archive, "ana")
    answer = sign_in(client, "ana", then="/quotes?kind=direct")
    assert (answer.status_code, answer.headers["location"]) == (303, "/quotes?kind=direct")
    page = client.get("/quotes?kind=direct")
    assert "/account" in page.text
    assert page.headers["cache-control"] == "private, no-cache"
    assert "signed in as ana" in client.get("/account").text
    assert client.get("/login?next=/people").headers["location"] == "/people"


def test_nobody_is_signed_in_with_a_wrong_password_or_name(client: TestClient, archive: Engine) -> None:
    add_user(archive, "ana")
    for name, password in [("ana", "wrong"), ("nobody", PASSWORD), ("ana", ""), ("", ""), ("\0", "\0")]:
        answer = sign_in(client, name, password)
        assert answer.status_code == 403
        assert 'role="alert"' in answer.text
        assert "-session" not in answer.headers["set-cookie"]
    assert client.get("/account").headers["location"] == "/login?next=%2Faccount"


@pytest.mark.usefixtures("still_clock")
def test_guessing_passwords_is_stopped_and_the_owner_still_gets_in(database_url: str, archive: Engine) -> None:
    add_user(archive, "ana")
    app = create_app(Settings(database_url=database_url))
    with client_at(app, "10.0.0.1") as guesser, client_at(app, "10.0.0.2") as owner:
        statuses = [sign_in(guesser, "ana", "wrong").status_code for _ in range(21)]
        assert statuses == [403] * 20 + [429]
        # However long it goes on.
        assert {sign_in(guesser, "ANA", "wrong").status_code for _ in range(300)} == {429}
        stopped = sign_in(guesser, "ana")
        assert stopped.status_code == 429
        assert int(stopped.headers["retry-after"]) > 0
        assert sign_in(owner, "ana").status_code == 303


@pytest.mark.usefixtures("still_clock")
def test_guessing_passwords_from_many_addresses_is_stopped_for_the_name(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "checked", lambda *_: None)
    app = create_app(Settings(database_url=database_url))
    statuses = []
    for number in range(11):
        with client_at(app, f"10.0.0.{number}") as client:
            statuses += [sign_in(client, "ana", "wrong").status_code for _ in range(20)]
    assert statuses == [403] * 200 + [429] * 20


def client_at(app: FastAPI, host: str) -> TestClient:
    return TestClient(app, client=(host, 5), follow_redirects=False)


@pytest.mark.usefixtures("still_clock")
def test_guessing_names_is_stopped_for_the_address(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "checked", lambda *_: None)
    statuses = [sign_in(client, f"user{number}", "wrong").status_code for number in range(31)]
    assert statuses == [403] * 30 + [429]


@pytest.mark.usefixtures("still_clock")
def test_a_made_up_address_of_the_reader_is_believed_only_from_a_trusted_proxy(database_url: str) -> None:
    def tried(trusted: str) -> int:
        app = create_app(Settings(database_url=database_url, trusted_proxies=trusted))
        for _ in range(30):
            app.state.throttle.allows(SIGN_IN_BY_ADDRESS, "10.0.0.1")
        with TestClient(app, client=("10.0.0.1", 5)) as client:
            return sign_in(client, "x", "x", headers={"X-Forwarded-For": "1.2.3.4"}).status_code

    assert tried("") == 429
    assert tried("10.0.0.0/8") == 403


def test_the_cookie_is_guarded(database_url: str, archive: Engine) -> None:
    add_user(archive, "ana")
    for base_url, name, path in [
        ("http://127.0.0.1:8000", "newsgloss-session", "/"),
        ("https://news.example", "__Host-newsgloss-session", "/"),
        ("https://news.example/gloss", "__Secure-newsgloss-session", "/gloss"),
    ]:
        app = create_app(Settings(database_url=database_url, base_url=base_url))
        with TestClient(app, base_url=base_url.removesuffix("/gloss"), follow_redirects=False) as client:
            given = sign_in(client, "ana", path=path.rstrip("/")).headers.get_list("set-cookie")
        cookie = next(each for each in given if each.startswith(f"{name}="))
        parts = {part.lower() for part in cookie.split("; ")}
        assert {"httponly", "samesite=lax", f"path={path}"} <= parts
        assert ("secure" in parts) == base_url.startswith("https")
        assert "domain" not in cookie.lower()


def test_signing_in_makes_a_new_session_and_ends_the_old_one(client: TestClient, archive: Engine) -> None:
    add_user(archive, "ana")
    sign_in(client, "ana", headers={"Cookie": "newsgloss-session=planted; newsgloss-form=own"}, token=csrf_token("own"))
    first = client.cookies["newsgloss-session"]
    assert first != "planted"
    client.cookies.clear()
    both = {"Cookie": f"newsgloss-session={first}; newsgloss-form=own"}
    sign_in(client, "ana", headers=both, token=csrf_token("own"))
    assert client.cookies["newsgloss-session"] != first
    client.cookies.clear()
    assert not is_signed_in(client, first)


@pytest.mark.parametrize("everywhere", ["", "yes"])
def test_signing_out_ends_this_sign_in_or_all(client: TestClient, archive: Engine, everywhere: str) -> None:
    add_user(archive, "ana")
    sign_in(client, "ana")
    first = client.cookies["newsgloss-session"]
    client.cookies.clear()
    sign_in(client, "ana")
    second = client.cookies["newsgloss-session"]
    sent = {"csrf": sent_token(client.get("/account").text), "everywhere": everywhere}
    assert client.post("/logout", data=sent).status_code == 303
    assert "newsgloss-session" not in client.cookies
    assert is_signed_in(client, first) == (not everywhere)
    assert not is_signed_in(client, second)


def is_signed_in(client: TestClient, secret: str) -> bool:
    return client.get("/account", headers={"Cookie": f"newsgloss-session={secret}"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
)
def test_a_form_on_another_site_does_nothing(client: TestClient, archive: Engine, headers: dict[str, str]) -> None:
    add_user(archive, "ana")
    assert sign_in(client, "ana", headers=headers).status_code == 403
    sign_in(client, "ana")
    sent = {"csrf": sent_token(client.get("/account").text)}
    assert client.post("/logout", data=sent, headers=headers).status_code == 403
    assert client.get("/account").status_code == 200


def test_a_form_without_its_own_token_does_nothing(client: TestClient, archive: Engine) -> None:
    add_user(archive, "ana")
    assert client.post("/login", data={"name": "ana", "password": PASSWORD}).status_code == 403
    assert client.post("/login", data={"csrf": csrf_token(""), "name": "ana", "password": PASSWORD}).status_code == 403
    sign_in(client, "ana")
    for token in ["", "é", csrf_token(""), csrf_token("another"), client.cookies["newsgloss-session"]]:
        assert client.post("/logout", data={"csrf": token}).status_code == 403
    assert client.post("/logout", content=b"\xff" * 50).status_code == 403
    assert client.get("/account").status_code == 200


def test_a_form_that_is_too_large_is_refused_before_it_is_read(client: TestClient) -> None:
    answer = client.post("/login", data={"name": "x" * 20_000})
    assert (answer.status_code, "10,000 bytes" in answer.text) == (413, True)
    chunked = client.post(
        "/login",
        content=(b"name=" + b"x" * 6_000 for _ in range(3)),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert chunked.status_code == 413


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: a=b",
     "", "people", "/\t/evil.example", "/login?next=/login", "/ /evil", "\0", "/x\\y"],
)  # fmt: skip
def test_signing_in_leads_nobody_away(address: str) -> None:
    assert own_path(address) == "/"


def test_a_closed_archive_is_read_only_by_users_and_programs_with_a_token(database_url: str, archive: Engine) -> None:
    add_user(archive, "ana")
    with write_session(archive) as session:
        reading = tokens.new_token(session, name="", scope="read", now=NOW)
        writing = tokens.new_token(session, name="", scope="write", now=NOW)
    app = create_app(Settings(database_url=database_url, open_to_read=False))
    with TestClient(app, follow_redirects=False) as client:
        for address in ("/", "/people", "/stories.csv", "/stories.atom", "/about", "/stories/1-x"):
            assert client.get(address).headers["location"].startswith("/login")
        for address in ("/api/v1/stories", "/api/v1/people/1"):
            assert client.get(address).status_code == 401
            assert client.get(address, headers={"Authorization": "Bearer ng_wrong"}).status_code == 401
        for open_to_all in ("/login", "/healthz"):
            assert client.get(open_to_all).status_code == 200
        for token in (reading, writing):
            bearer = {"Authorization": f"Bearer {token}"}
            assert client.get("/api/v1/stories", headers=bearer).status_code == 200
            assert client.get("/stories.csv", headers=bearer).status_code == 200
        assert client.get(f"/api/v1/stories?token={reading}").status_code == 401
        assert client.post("/api/v1/stories", headers={"Authorization": f"Bearer {reading}"}).status_code == 401
        sign_in(client, "ana")
        assert client.get("/people").status_code == 200


def test_the_sign_in_page_says_to_browsers_what_its_fields_are(client: TestClient) -> None:
    page = client.get("/login")
    assert re.search(r'autocomplete="username"', page.text)
    assert re.search(r'autocomplete="current-password"', page.text)
    assert page.headers["cache-control"] == "no-store"
