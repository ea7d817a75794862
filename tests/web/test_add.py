import gzip
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.testclient import TestClient

from app.read.jsonlines import read_object
from app.spans import RawStory
from app.store import archive as whole
from app.store.story_page import get_story
from app.web.app import create_app
from app.web.drafts import Drafts
from tests.factories import TEXT, add_user, annotate_stored, lisbon_annotations, store_story
from tests.site import Site
from tests.web.forms import sent_token, sign_in
from tests.web.markup import text_content

PAGE = """<html lang="en"><head><title>Quay reopens</title><meta name="author" content="Ann Lee"></head><body><article>
<h1>Quay reopens</h1><p>The quay of the old harbour is open again, the mayor said on Monday at the town hall.</p>
<p>“We have waited for this day for years,” she said. Boats came in by noon, and the market was full of people.</p>
<blockquote>Nobody believed that it would last so long.</blockquote>
<h4>References:</h4><ul><li>Town hall notice</li></ul>
</article></body></html>"""


@pytest.fixture
def user(database_url: str, archive: Engine, site: Site) -> Iterator[TestClient]:
    """A signed-in client over an empty archive, who may fetch from the test's site."""
    add_user(archive, "ana")
    settings = site.settings(database_url=database_url, max_upload_bytes=100_000, max_story_bytes=20_000)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        sign_in(client, "ana")
        yield client


def send(client: TestClient, form: str, **request: Any) -> Response:
    """Send one of the forms of /add, as a browser does, and follow where it leads."""
    data = {"csrf": sent_token(client.get("/add").text), **request.pop("data", {})}
    return client.post(f"/add/{form}", data=data, **request)


def save(client: TestClient, preview: Response) -> Response:
    return client.post(str(preview.url), data={"csrf": sent_token(preview.text)})


def stories_in(archive: Engine) -> int:
    with Session(archive) as session:
        return whole.counts(session)["stories"]


def test_pasted_words_are_shown_then_saved_then_annotated(user: TestClient, archive: Engine) -> None:
    given = {"title": "Harbour talks", "outlet": "Harbour Post", "published_at": "2026-03-14", "text": TEXT}
    preview = send(user, "text", data={**given, "url": "https://harbour.example/1"})
    assert preview.status_code == 200
    for shown in ("Harbour talks", "Harbour Post", "14 March 2026", "https://harbour.example/1", "Marta Sousa"):
        assert shown in preview.text
    assert stories_in(archive) == 0

    result = save(user, preview)
    assert "1 added" in result.text
    assert "waiting to be annotated" in result.text
    assert "No worker is running" in result.text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in result.text
    annotate_stored(archive, 1, lisbon_annotations())
    done = user.get(str(result.url))
    assert "annotated, 3 quotes" in done.text
    assert "http-equiv" not in done.text
    with Session(archive) as session:
        story = get_story(session, 1)
    assert story is not None
    assert (story.title, story.outlet and story.outlet.name, story.text) == ("Harbour talks", "Harbour Post", TEXT)


def test_no_long_text_that_is_handed_in_stays_in_memory() -> None:
    drafts, text = Drafts(), "The quay is open. " * 9000
    raw = read_object(json.dumps({"text": text, "title": "T" * 5000, "more": text}).encode(), "a file")
    assert isinstance(raw, RawStory)
    assert raw.title == "T" * 999 + "…"
    draft = drafts.find(drafts.keep(1, [raw], max_bytes=10**6), 1)
    assert draft is not None
    assert len(repr(draft.shown)) < 25_000
    assert list(draft.read()) == [raw]


def test_line_breaks_of_a_form_are_those_of_the_story(user: TestClient, archive: Engine) -> None:
    save(user, send(user, "text", data={"text": "One.\r\n\r\n“Two,” <b>she</b> said.\r\n"}))
    with Session(archive) as session:
        story = get_story(session, 1)
    assert story is not None
    assert story.text == "One.\n\n“Two,” <b>she</b> said.\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": "  "}, "no words"),
        ({"text": "a", "url": "ftp://x"}, "should look like https://"),
        ({"text": "a", "published_at": "soon"}, "ISO 8601"),
        ({"text": "a\0b"}, "NUL"),
        ({}, "no words"),
    ],
)
def test_what_cannot_be_added_is_said_and_what_was_typed_is_kept(
    user: TestClient, data: dict[str, str], words: str
) -> None:
    answer = send(user, "text", data={"outlet": "The <Post>", **data})
    assert answer.status_code == 422
    assert words in unescape(answer.text)
    assert 'role="alert"' in answer.text
    assert 'value="The &lt;Post&gt;"' in answer.text


def test_an_address_is_fetched_and_all_that_was_found_is_shown(user: TestClient, site: Site, archive: Engine) -> None:
    preview = send(user, "address", data={"address": site.page("/quay", PAGE)})
    found = ("Quay reopens", "Ann Lee", "<dd>English</dd>", "Nobody believed", "<li>Town hall notice</li>", "/quay")
    for shown in found:
        assert shown in preview.text, shown
    site.status("/quay", 500)  # what was looked at is what is saved
    assert "1 added" in save(user, preview).text
    again = send(user, "address", data={"address": site.page("/quay", PAGE)})
    assert "0 added, 0 renewed" in save(user, again).text
    assert stories_in(archive) == 1


@pytest.mark.parametrize("address", ["http://10.0.0.1/", "http://169.254.169.254/latest", "ftp://a.example", "x", ""])
def test_an_address_that_must_not_be_asked_is_refused(user: TestClient, address: str) -> None:
    answer = send(user, "address", data={"address": address})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_files_of_any_kind_are_read_and_each_failure_is_said(user: TestClient, archive: Engine) -> None:
    lines = [{"text": TEXT, "id": str(n), "outlet": "The Courier"} for n in range(30)]
    packed = gzip.compress("\n".join(map(json.dumps, lines)).encode() + b"\nnot json\n")
    files = [
        ("files", ("many.jsonl.gz", packed)),
        ("files", ("page.html", PAGE.encode())),
        ("files", ("<i>.pdf", b"%PDF-1.7 ...")),
        ("files", ("empty.txt", b"")),
        ("files", ("large.txt", b"x" * 20_001)),
    ]
    preview = send(user, "files", files=files)
    assert "Save these 31 stories?" in preview.text
    assert "and 21 more" in preview.text
    for told in (
        "4 could not be read",
        "many.jsonl.gz:31: is not valid JSON",
        "&lt;i&gt;.pdf: is a PDF",
        "20,000 bytes",
    ):
        assert told in preview.text, told
    result = save(user, preview)
    assert "31 added, 0 renewed" in result.text
    assert "4 unreadable" in result.text
    assert "&lt;i&gt;.pdf" in result.text
    assert stories_in(archive) == 31
    assert (
        "0 added, 0 renewed because the text or what is said about it has changed, 31 known"
        in save(user, send(user, "files", files=files)).text
    )


def test_a_bomb_is_read_only_as_far_as_all_uploads_may_go(user: TestClient, archive: Engine) -> None:
    line = json.dumps({"text": "word " * 1000}).encode()
    packed = gzip.compress(b"\n".join(line[:-2] + str(n).encode() + b'"}' for n in range(10_000)))
    assert len(packed) < 300_000
    answer = send(user, "files", files=[("files", ("bomb.jsonl.gz", packed))])
    assert re.search(r"Save these 1\d stories\?", answer.text)
    assert "was not read: unpacked, it is more than 100,000 bytes" in answer.text


def test_too_much_or_too_many_at_once_is_refused(user: TestClient) -> None:
    large = [("files", ("a.txt", b"x" * 300_000))]
    assert send(user, "files", files=large).status_code == 413
    many = [("files", (f"{n}.txt", b"x")) for n in range(201)]
    refused = send(user, "files", files=many)
    assert (refused.status_code, "200" in refused.text) == (400, True)
    assert "Choose at least one file" in send(user, "files", files=[("files", ("", b""))]).text


def test_a_story_sent_twice_is_saved_once(user: TestClient, archive: Engine) -> None:
    preview = send(user, "text", data={"text": "One story."})
    for _ in range(2):
        assert "1 added" in save(user, preview).text
    assert stories_in(archive) == 1


def test_the_words_in_a_preview_are_words_and_no_markup(user: TestClient) -> None:
    hostile = "<script>alert(1)</script> “said”\n<img src=x onerror=alert(1)>"
    shown = send(user, "text", data={"text": hostile, "title": "<b>x</b>", "outlet": "<i>"}).text
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "<b>x</b>" not in shown


def test_nobody_sees_or_saves_what_another_handed_in(user: TestClient, archive: Engine) -> None:
    address = str(send(user, "text", data={"text": "A secret story."}).url)
    user.cookies.clear()
    assert str(user.get(address).url).startswith("http://testserver/login?next=%2Fadd%2F")
    add_user(archive, "ben")
    sign_in(user, "ben")
    seen = user.get(address)
    assert (seen.status_code, "secret" in seen.text) == (404, False)
    user.post(address, data={"csrf": sent_token(seen.text)})
    assert stories_in(archive) == 0


def test_only_the_newest_of_what_a_user_handed_in_are_kept(user: TestClient) -> None:
    addresses = [str(send(user, "text", data={"text": f"Story {n}."}).url) for n in range(5)]
    assert [user.get(each).status_code for each in addresses] == [404, 200, 200, 200, 200]


@pytest.mark.parametrize("path", ["/add/text", "/add/address", "/add/files", "/add/anything"])
def test_strangers_and_other_sites_add_nothing(client: TestClient, archive: Engine, path: str) -> None:
    add_user(archive, "ana")
    assert client.get("/add").headers["location"] == "/login?next=%2Fadd"
    assert client.post(path, data={"text": "x"}).headers["location"] == "/login"
    sign_in(client, "ana")
    assert client.post(path, data={"text": "x"}).status_code == 403
    sent = {"csrf": sent_token(client.get("/add").text), "text": "x", "address": "https://x.example"}
    assert client.post(path, data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_story_that_is_annotated_already_needs_no_waiting(user: TestClient, archive: Engine) -> None:
    store_story(archive)
    result = save(user, send(user, "text", data={"text": TEXT}))
    assert "1 known already" in result.text
    assert "http-equiv" not in result.text
    assert "renew.js" not in result.text
    assert text_content(result.text, "renewed").count("annotated, 3 quotes") == 1
