import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session
from starlette.testclient import TestClient

from app.spans import Annotations
from app.store import feeds, leases
from app.store.db import write_session
from app.store.feeds import FeedCard, NewItem
from app.store.models import FeedItem, Story
from app.store.paging import MAX_ID
from tests.factories import NOW, add_user, make_raw, store_feed, store_story
from tests.web.forms import sent_token, sign_in

URL = "https://courier.example/feed"
OPML = f'<opml version="2.0"><body><outline text="Courier" xmlUrl="{URL}"/><outline xmlUrl="{URL}2"/></body></opml>'


@pytest.fixture
def user(client: TestClient, archive: Engine) -> TestClient:
    """A client who is signed in."""
    add_user(archive, "ana")
    sign_in(client, "ana")
    return client


def send(user: TestClient, path: str = "/feeds", **fields: str) -> str:
    """Send a form of the page; gives the page that says what was done."""
    answer = user.post(path, data={"csrf": sent_token(user.get("/feeds").text), **fields})
    assert answer.status_code == 303
    return user.get(answer.headers["location"]).text


def known(archive: Engine) -> list[FeedCard]:
    with Session(archive) as session:
        return feeds.list_feeds(session)


def test_an_empty_page_says_what_to_do(user: TestClient) -> None:
    page = user.get("/feeds").text
    assert "0 feeds" in page
    assert "foot of an outlet" in page
    assert "No worker is at work" in page


def test_a_feed_is_added_by_its_address(user: TestClient, archive: Engine) -> None:
    assert "1 added." in send(user, address=URL, pages="yes")
    assert "0 added, 1 known already." in send(user, address=f"{URL}/")
    [card] = known(archive)
    assert (card.url, card.state, card.fetches_pages) == (URL, "new", True)
    send(user, address="https://post.example/feed")
    assert [card.fetches_pages for card in known(archive)] == [True, False]


@pytest.mark.parametrize("address", ["courier.example/feed", "javascript:alert(1)", "", "https://"])
def test_what_is_no_address_is_said_beside_the_field(user: TestClient, archive: Engine, address: str) -> None:
    token = sent_token(user.get("/feeds").text)
    answer = user.post("/feeds", data={"csrf": token, "address": address})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{address}"' in answer.text
    assert known(archive) == []


def test_a_list_of_feeds_is_uploaded(user: TestClient, archive: Engine) -> None:
    token = sent_token(user.get("/feeds").text)
    answer = user.post("/feeds/opml", data={"csrf": token}, files={"list": ("feeds.opml", OPML.encode())})
    assert answer.status_code == 303
    assert [card.url for card in known(archive)] == [URL, f"{URL}2"]
    for bad in (b"", b"no list", b'<!DOCTYPE opml [<!ENTITY a "b">]>' + OPML.encode()):
        answer = user.post("/feeds/opml", data={"csrf": token}, files={"list": ("<b>.opml", bad)})
        assert (answer.status_code, 'role="alert"' in answer.text, "<b>" in answer.text) == (422, True, False)
    assert user.post("/feeds/opml", data={"csrf": token}).status_code == 422


def test_a_feed_is_polled_paused_resumed_and_removed_by_buttons(user: TestClient, archive: Engine) -> None:
    feed_id = store_feed(archive, URL)
    with write_session(archive) as session:
        feeds.save_poll(session, feed_id, {"next_poll_at": NOW + timedelta(days=9999), "state": "ok"})
    path = f"/feeds/{feed_id}"
    send(user, path, do="poll")
    assert (known(archive)[0].next_poll_at or NOW) < datetime.now(UTC)
    send(user, path, do="pause")
    assert (known(archive)[0].state, known(archive)[0].next_poll_at) == ("paused", None)
    assert "Resumed" in send(user, path, do="resume")
    assert known(archive)[0].state == "new"
    send(user, path, do="summaries")
    assert not known(archive)[0].fetches_pages
    send(user, path, do="pages")
    assert known(archive)[0].fetches_pages
    assert "Removed" in send(user, path, do="remove")
    assert known(archive) == []


def test_trouble_is_shown_and_words_from_outside_never_become_markup(user: TestClient, archive: Engine) -> None:
    feed_id = store_feed(archive, URL)
    with write_session(archive) as session:
        feeds.save_poll(session, feed_id, {"title": "<b>Courier", "state": "failing", "last_error": "<i>404"})
        item = NewItem("1", "https://courier.example/1", "<u>One", None, state="waiting")
        feeds.add_item(session, feed_id, item, now=NOW)
        session.execute(update(FeedItem).values(last_error="<s>gone"))
        leases.take(session, leases.WORKER, "somebody", now=datetime.now(UTC), lasts=timedelta(seconds=20))
    page = user.get("/feeds").text
    assert not re.search(r"<b>Cou|<i>404|<u>One|<s>gone", page)
    for words in ("&lt;b&gt;Courier", "&lt;i&gt;404", "&lt;u&gt;One", "&lt;s&gt;gone", "1 page to be read"):
        assert words in page
    assert "No worker is at work" not in page


def test_many_feeds_are_shown_in_parts_those_in_trouble_first(user: TestClient, archive: Engine) -> None:
    ids = [store_feed(archive, f"{URL}{number:03}") for number in range(120)]
    with write_session(archive) as session:
        feeds.save_poll(session, ids[99], {"state": "failing", "last_error": "404"})
    shown = []
    for number in ("1", "2", "3", "4", "-1", "x", "9" * 30):
        page = user.get(f"/feeds?page={number}").text
        assert "120 feeds" in page
        shown.append(re.findall(r'id="feed-(\d+)"', page))
    assert shown[0][0] == str(ids[99])
    assert sorted(map(int, shown[0] + shown[1] + shown[2])) == ids
    assert [len(each) for each in shown] == [50, 50, 20, 0, 50, 50, 0]


@pytest.mark.parametrize("path", ["/feeds/99", f"/feeds/{MAX_ID + 1}", "/feeds/0"])
def test_a_feed_that_is_not_there_is_not_found(user: TestClient, path: str) -> None:
    token = sent_token(user.get("/feeds").text)
    assert user.post(path, data={"csrf": token, "do": "poll"}).status_code == 404


def test_nobody_else_sees_or_changes_feeds(client: TestClient, archive: Engine) -> None:
    feed_id = store_feed(archive, URL)
    assert client.get("/feeds").headers["location"] == "/login?next=%2Ffeeds"
    for path in ("/feeds", "/feeds/opml", f"/feeds/{feed_id}"):
        assert client.post(path, data={"do": "remove", "address": URL}).status_code == 303
    add_user(archive, "ana")
    sign_in(client, "ana")
    assert client.post(f"/feeds/{feed_id}", data={"do": "remove", "csrf": "guessed"}).status_code == 403
    assert len(known(archive)) == 1


def test_a_story_that_failed_is_tried_again_by_a_button(user: TestClient, archive: Engine) -> None:
    story_id = store_story(archive, make_raw("It rains."), Annotations("failed", reason="no memory"))
    with write_session(archive) as session:
        session.execute(update(Story).values(annotated_version=None, next_try_at=NOW + timedelta(days=9999)))
    page = user.get(f"/stories/{story_id}", follow_redirects=True).text
    found = re.search(r'action="([^"]+/retry)"', page)
    assert found is not None
    answer = user.post(found[1], data={"csrf": sent_token(page)})
    assert answer.status_code == 303
    page = user.get(answer.headers["location"]).text
    assert "waiting to be annotated" in page
    assert "/retry" not in page
    with Session(archive) as session:
        assert session.get_one(Story, story_id).next_try_at is None
    user.cookies.clear()
    assert user.post(found[1]).headers["location"].startswith("/login")
