"""Polling feeds of a site on loopback that answers in every way."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update
from sqlmodel import Session, col
from typer.testing import CliRunner, Result

from app import feeds as polling
from app.cli import app
from app.config import get_settings
from app.feeds import Polled, poll_next, poll_these, read_next
from app.read.opml import read_opml
from app.read.refusal import Refused
from app.read.visit import Visitor
from app.store import feeds, stories
from app.store.db import write_session
from app.store.models import Feed, FeedItem, Outlet, Story
from tests.factories import NOW, make_raw, store_raw
from tests.processes import started, until
from tests.site import Request, Site
from tests.test_cli import newsgloss

WORDS = "The harbour of Lisbon is open again, Mayor Ann Lee said on Monday. Number {}."


def item(number: int, *, url: str = "", content: str | None = None, summary: str = "In short.") -> str:
    """An item of an RSS feed."""
    whole = f"<content:encoded>{escape(content)}</content:encoded>" if content is not None else ""
    link = f"<link>{url}</link>" if url else ""
    return (
        f"<item><guid isPermaLink='false'>id-{number}</guid><title>Story {number}</title>{link}"
        f"<pubDate>Mon, 01 Jun 2026 12:00:00 GMT</pubDate><description>{summary}</description>{whole}</item>"
    )


def rss(*items: str, title: str = "The Courier") -> str:
    """An RSS feed."""
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title>{''.join(items)}</channel></rss>"
    )


def page(number: int) -> str:
    """A web page with an article."""
    return (
        f"<html><head><title>Story {number}</title></head><body><article><h1>Story {number}</h1>"
        + "".join(f"<p>{WORDS.format(f'{number}, part {part}')}</p>" for part in range(4))
        + "</article></body></html>"
    )


class Desk:
    """An archive that polls the site."""

    def __init__(self, archive: Engine, site: Site) -> None:
        self.archive, self.site = archive, site
        self.settings = site.settings()

    def serve(self, *items: str, path: str = "/feed", **headers: str) -> str:
        return self.site.page(path, rss(*items), "application/rss+xml", **headers)

    def watch(self, url: str, *, fetches_pages: bool = True) -> None:
        with write_session(self.archive) as session:
            feeds.add_feed(session, url, now=NOW, fetches_pages=fetches_pages)

    def poll(self, *ids: int) -> list[Polled]:
        return list(poll_these(self.archive, self.settings, Visitor(self.site.limits()), ids or None))

    def work(self) -> None:
        """What a worker does until there is nothing left to do."""
        visitor = Visitor(self.site.limits())
        while poll_next(self.archive, self.settings, visitor) or read_next(self.archive, self.settings, visitor):
            pass

    def feed(self) -> Feed:
        with Session(self.archive) as session:
            return session.scalars(select(Feed)).one()

    def stories(self) -> list[Story]:
        with Session(self.archive) as session:
            return list(session.scalars(select(Story).order_by(col(Story.id))))

    def items(self) -> list[FeedItem]:
        with Session(self.archive) as session:
            return list(session.scalars(select(FeedItem).order_by(col(FeedItem.item_key))))

    def minutes_until_next(self) -> int:
        return round((self.feed().next_poll_at - datetime.now(UTC)).total_seconds() / 60)


@pytest.fixture
def desk(archive: Engine, site: Site) -> Desk:
    return Desk(archive, site)


# ------------------------------------------------------------------------------------------------ what is new


def test_items_become_stories_once(desk: Desk) -> None:
    first = item(1, content=f"<p>{WORDS.format(1)}</p>", url="https://courier.example/1")
    url = desk.serve(first)
    desk.watch(url)
    [polled] = desk.poll()
    assert (polled.new, polled.error) == (1, None)
    [story] = desk.stories()
    assert (story.title, story.url, story.state) == ("Story 1", "https://courier.example/1", "pending")
    assert story.published_at == datetime(2026, 6, 1, 12, tzinfo=UTC)
    with Session(desk.archive) as session:
        assert session.get_one(Outlet, story.outlet_id).name == "The Courier"
    desk.serve(first, item(2, content=f"<p>{WORDS.format(2)}</p>"))
    assert [polled.new for polled in desk.poll()] == [1]
    assert len(desk.stories()) == 2
    assert (desk.feed().state, desk.feed().title) == ("ok", "The Courier")
    assert 29 <= desk.minutes_until_next() <= 30


def test_an_item_with_a_summary_only_gets_its_page_read(desk: Desk) -> None:
    where = desk.site.page("/1", page(1))
    desk.watch(desk.serve(item(1, url=where)))
    desk.poll()
    [story] = desk.stories()
    assert (story.title, story.url) == ("Story 1", where)
    assert "part 3" in text_of(desk, story)
    assert [each.state for each in desk.items()] == ["stored"]


def test_pages_are_left_alone_where_that_is_switched_off(desk: Desk) -> None:
    where = desk.site.page("/1", page(1))
    desk.watch(desk.serve(item(1, url=where, summary="Only this.")), fetches_pages=False)
    desk.poll()
    assert [text_of(desk, story) for story in desk.stories()] == ["Only this."]
    assert desk.site.asked["/1"] == 0


def text_of(desk: Desk, story: Story) -> str:
    with desk.archive.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT text FROM story_text WHERE story_id = {story.id}")
        return str(found.scalar_one())


def test_what_was_added_by_hand_stays_as_it_is(desk: Desk) -> None:
    where = desk.site.page("/1", page(1))
    mine = store_raw(desk.archive, make_raw("My own words.", url=where)).story_id
    desk.watch(desk.serve(item(1, url=where), item(2, url=where + "?utm_source=feed", content=WORDS.format(2))))
    desk.poll()
    assert [text_of(desk, story) for story in desk.stories()] == ["My own words."]
    assert [each.story_id for each in desk.items()] == [mine, mine]
    assert desk.site.asked["/1"] == 0


@pytest.mark.parametrize("whole", [True, False])
def test_a_story_that_was_taken_back_does_not_come_back(desk: Desk, whole: bool) -> None:
    where = desk.site.page("/1", page(1))
    desk.watch(desk.serve(item(1, url=where, content=WORDS.format(1) if whole else None)))
    desk.poll()
    [story] = desk.stories()
    with write_session(desk.archive) as session:
        stories.delete_stories(session, [story.id], now=NOW)
        feeds.remove_feed(session, desk.feed().id)
    desk.watch(desk.serve(item(9, url=where, content=WORDS.format(1) if whole else None)))
    assert [polled.new for polled in desk.poll()] == [1]
    assert desk.stories() == []
    assert [each.state for each in desk.items()] == ["left out"]


def test_a_text_that_was_taken_back_does_not_come_back_at_another_address(desk: Desk) -> None:
    mine = store_raw(desk.archive, make_raw(WORDS.format(1))).story_id
    with write_session(desk.archive) as session:
        stories.delete_stories(session, [mine], now=NOW)
    desk.watch(desk.serve(item(1, url="https://courier.example/new", content=WORDS.format(1))))
    desk.poll()
    assert desk.stories() == []


def test_a_huge_feed_is_taken_in_parts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "MOST_NEW", 3)
    desk.watch(desk.serve(*(item(n, content=WORDS.format(n)) for n in range(7)), ETag='"all"'))
    assert [polled.new for _ in range(4) for polled in desk.poll()] == [3, 3, 1, 0]
    assert len(desk.stories()) == 7


# ------------------------------------------------------------------------------------------------ when it is polled


def conditional(desk: Desk) -> str:
    """A feed that knows what has changed."""

    def answer(request: Request) -> None:
        if request.headers.get("If-None-Match") == '"one"':
            request.reply(304)
        else:
            request.reply(200, {"ETag": '"one"', "Last-Modified": "Mon, 01 Jun 2026 12:00:00 GMT"}, rss().encode())

    desk.site.answers["/feed"] = answer
    return desk.site.url + "/feed"


def test_a_feed_that_has_not_changed_is_not_sent_again(desk: Desk) -> None:
    desk.watch(conditional(desk))
    desk.poll()
    desk.poll()
    assert desk.site.headers["/feed"]["If-Modified-Since"] == "Mon, 01 Jun 2026 12:00:00 GMT"
    assert (desk.feed().state, desk.feed().last_error) == ("ok", None)


def test_after_errors_it_is_polled_less_often_until_it_answers(desk: Desk) -> None:
    desk.watch(desk.site.url + "/feed")
    waits = []
    for _ in range(8):
        desk.poll()
        waits.append(desk.minutes_until_next())
    assert waits == [60, 120, 240, 480, 960, 1440, 1440, 1440]
    assert (desk.feed().state, desk.feed().last_error) == ("failing", "the server answers with 404 (Not Found)")
    desk.serve()
    desk.poll()
    assert (desk.feed().state, desk.feed().failures, desk.feed().last_error) == ("ok", 0, None)
    assert desk.minutes_until_next() == 30


@pytest.mark.parametrize(("asked", "minutes"), [("18000", 300), ("10", 60), ("99999999", 7 * 24 * 60)])
def test_a_server_that_asks_for_patience_gets_it(desk: Desk, asked: str, minutes: int) -> None:
    desk.site.answers["/feed"] = lambda request: request.reply(503, {"Retry-After": asked})
    desk.watch(desk.site.url + "/feed")
    desk.poll()
    assert desk.minutes_until_next() == minutes


def test_a_feed_that_is_gone_is_asked_no_more(desk: Desk) -> None:
    desk.site.answers["/feed"] = lambda request: request.reply(410)
    desk.watch(desk.site.url + "/feed")
    desk.poll()
    assert desk.feed().state == "stopped"
    assert "410" in (desk.feed().last_error or "")
    assert desk.poll() == []
    with write_session(desk.archive) as session:
        assert feeds.resume(session, desk.feed().id, now=NOW)
    assert len(desk.poll()) == 1


@pytest.mark.parametrize(("status", "follows"), [(301, True), (308, True), (302, False), (307, False)])
def test_only_a_feed_that_moved_for_good_gets_a_new_address(desk: Desk, status: int, follows: bool) -> None:
    new = desk.serve(path="/new")
    old = desk.site.url + "/old"
    desk.site.answers["/old"] = lambda request: request.reply(status, {"Location": "/new"})
    desk.watch(old)
    desk.poll()
    assert desk.feed().url == (new if follows else old)


def test_a_feed_that_moves_to_one_that_is_polled_already_stops(desk: Desk) -> None:
    desk.watch(desk.serve(path="/new"))
    desk.site.answers["/old"] = lambda request: request.reply(301, {"Location": "/new"})
    desk.watch(desk.site.url + "/old")
    desk.poll()
    with Session(desk.archive) as session:
        assert [card.state for card in feeds.list_feeds(session)] == ["ok", "stopped"]


def test_the_robots_txt_of_a_host_is_heeded(desk: Desk) -> None:
    desk.site.page("/robots.txt", "User-agent: *\nDisallow: /feed", "text/plain")
    desk.watch(desk.serve())
    desk.poll()
    assert desk.site.asked["/feed"] == 0
    assert "robots.txt" in (desk.feed().last_error or "")


def bomb(desk: Desk) -> str:
    return desk.site.bomb("/feed", 50)


def laughs(desk: Desk) -> str:
    entities = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    return desk.site.page("/feed", entities + rss(item(1, content="&b;")), "application/xml")


def slow(desk: Desk) -> str:
    return desk.site.drip("/feed")


def private(_: Desk) -> str:
    return "http://169.254.169.254/feed"


def no_feed(desk: Desk) -> str:
    return desk.site.page("/feed", page(1))


@pytest.mark.parametrize("bad", [bomb, laughs, slow, private, no_feed])
def test_a_bad_answer_is_said_on_the_feed_and_stops_no_other(desk: Desk, bad: Callable[[Desk], str]) -> None:
    desk.watch(bad(desk))
    desk.watch(desk.serve(item(1, content=WORDS.format(1)), path="/good"))
    visitor = Visitor(desk.site.limits(timeout=0.5, max_bytes=1_000_000))
    polled = list(poll_these(desk.archive, desk.settings, visitor, None))
    assert [each.error is None for each in polled] == [False, True]
    assert len(desk.stories()) == 1


def test_what_a_parser_does_not_expect_is_said_on_the_feed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(polling, "parse_feed", fail)
    desk.watch(desk.serve())
    assert [polled.error for polled in desk.poll()] == ["cannot be read (RecursionError)"]


def test_characters_that_no_database_holds_are_left_out(desk: Desk) -> None:
    strange = "A \\u0000 B \\ud800 C"
    entry = f'{{"id": "{strange}", "title": "{strange}", "content_text": "{WORDS.format(1)} {strange}"}}'
    text = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "{strange}", "items": [{entry}]}}'
    desk.watch(desk.site.page("/feed", text, "application/feed+json", ETag='"\xff"'))
    assert [(polled.new, polled.error) for polled in desk.poll()] == [(1, None)]
    assert desk.feed().title == "A  B  C"
    assert [each.item_key for each in desk.items()] == ["A  B  C"]
    assert len(desk.stories()) == 1


def test_an_address_of_a_page_leads_to_the_feed_it_names(desk: Desk) -> None:
    feed = desk.serve(item(1, content=WORDS.format(1)))
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    desk.watch(desk.site.page("/", f"<html><head>{link}</head><body>News.</body></html>"))
    desk.poll()
    assert desk.feed().url == feed
    assert [polled.new for polled in desk.poll()] == [1]


def test_pages_that_lead_to_each_other_lead_nowhere(desk: Desk) -> None:
    for here, there in (("/a", "/b"), ("/b", "/a")):
        link = f'<link rel="alternate" type="application/atom+xml" href="{there}">'
        desk.site.page(here, f"<html><head>{link}</head><body>News.</body></html>")
    desk.watch(desk.site.url + "/a")
    desk.work()
    assert (desk.feed().state, desk.site.asked["/a"], desk.site.asked["/b"]) == ("failing", 1, 1)


# ------------------------------------------------------------------------------------------------ pages that fail


def let_pages_be_due(desk: Desk) -> None:
    with write_session(desk.archive) as session:
        session.execute(update(FeedItem).where(col(FeedItem.next_try_at).is_not(None)).values(next_try_at=NOW))


def test_a_page_that_fails_is_tried_again_and_given_up_in_the_end(desk: Desk) -> None:
    desk.watch(desk.serve(item(1, url=desk.site.url + "/1")))
    desk.poll()
    for _ in range(10):
        let_pages_be_due(desk)
        desk.work()
    assert desk.site.asked["/1"] == feeds.ITEM_TRIES
    with Session(desk.archive) as session:
        [shown] = feeds.troubled_items(session, 10)
    assert (shown.title, shown.feed_title, shown.next_try_at) == ("Story 1", "The Courier", None)
    assert "nothing at this address" in shown.last_error
    desk.site.page("/1", page(1))
    with write_session(desk.archive) as session:
        assert feeds.poll_soon(session, desk.feed().id, now=NOW)
    desk.work()
    assert [story.title for story in desk.stories()] == ["Story 1"]
    with Session(desk.archive) as session:
        assert feeds.troubled_items(session, 10) == []


def test_a_feed_leads_into_no_private_network(desk: Desk) -> None:
    desk.watch(desk.serve(item(1, url="http://10.0.0.1/1"), item(2, url="http://169.254.169.254/2")))
    desk.poll()
    assert all("private" in (each.last_error or "") for each in desk.items())


# ------------------------------------------------------------------------------------------------ by hand


def test_a_paused_feed_is_left_alone(desk: Desk) -> None:
    desk.watch(desk.serve())
    with write_session(desk.archive) as session:
        assert feeds.pause(session, desk.feed().id)
    desk.work()
    assert desk.site.asked["/feed"] == 0


def test_a_feed_that_is_removed_or_paused_while_it_is_polled_stays_so(desk: Desk) -> None:
    def pause_meanwhile(request: Request) -> None:
        with write_session(desk.archive) as session:
            feeds.pause(session, 1)
        request.reply(200, body=rss().encode())

    def remove_meanwhile(request: Request) -> None:
        with write_session(desk.archive) as session:
            feeds.remove_feed(session, 1)
        request.reply(200, body=rss(item(1, content=WORDS.format(1))).encode())

    desk.watch(desk.serve())
    desk.site.answers["/feed"] = pause_meanwhile
    desk.poll()
    assert desk.feed().state == "paused"
    desk.site.answers["/feed"] = remove_meanwhile
    desk.poll(1)
    with Session(desk.archive) as session:
        assert feeds.list_feeds(session) == []
    assert desk.stories() == []


def test_the_same_feed_is_added_once(desk: Desk) -> None:
    with write_session(desk.archive) as session:
        assert feeds.add_feed(session, "https://courier.example/feed/", now=NOW)
        assert not feeds.add_feed(session, "http://www.courier.example/feed", now=NOW)
        for bad in ("courier.example", "file:///etc/passwd", "javascript:alert(1)", ""):
            with pytest.raises(feeds.FeedError, match="https://"):
                feeds.add_feed(session, bad, now=NOW)


def test_the_worker_polls_what_is_added_on_the_command_line(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSGLOSS_FETCH_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("NEWSGLOSS_FETCH_PAUSE", "0")
    one = desk.serve(item(1, url=desk.site.page("/1", page(1))), path="/one")
    two = desk.serve(item(2, content=f"<p>{WORDS.format(2)}</p>"), path="/two")
    (tmp_path / "feeds.opml").write_bytes(opml(f'<outline xmlUrl="{two}"/>', f'<outline xmlUrl="{one}"/>'))
    assert newsgloss("feeds", "add", one, tmp_path / "feeds.opml").stdout == "2 added, 1 known already\n"
    with started("worker"):
        until(lambda: [story.state for story in desk.stories()] == ["annotated"] * 2)
    assert {story.title for story in desk.stories()} == {"Story 1", "Story 2"}


def test_feeds_are_looked_after_on_the_command_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSGLOSS_FETCH_ALLOW_LOOPBACK", "true")
    get_settings.cache_clear()
    url = desk.serve(item(1, content=WORDS.format(1)))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["feeds", *arguments])

    assert run("add", url).stdout == "1 added, 0 known already\n"
    assert run("poll").stdout == f"1 new\t{url}\n"
    assert run("list").stdout.split("\t")[:2] == ["1", "ok"]
    assert run("pause", "1").exit_code == 0
    assert run("poll").stdout == ""
    assert run("list").stdout.split("\t")[1:3] == ["paused", "-"]
    assert run("resume", "1").exit_code == 0
    desk.site.answers.clear()
    assert run("poll", "1").exit_code == 1
    assert "404" in run("list").stdout
    assert run("remove", "1").exit_code == 0
    assert run("remove", "1").exit_code == 1
    assert run("add", "/nowhere.opml").exit_code == 1
    assert len(desk.stories()) == 1


# ------------------------------------------------------------------------------------------------ OPML


def opml(*outlines: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><body>{"".join(outlines)}</body></opml>'.encode()


def test_a_list_of_feeds_is_read_with_its_folders() -> None:
    found = read_opml(
        opml(
            '<outline text="World"><outline type="rss" text="Courier" xmlUrl="https://courier.example/feed"/></outline>',
            '<outline text="no feed"/><outline text="again" xmlUrl="https://courier.example/feed"/>',
            '<outline title="Post &amp; Times" xmlUrl="https://post.example/atom"/>',
            '<outline xmlUrl="javascript:alert(1)"/>',
        )
    )
    assert [each.url for each in found] == ["https://courier.example/feed", "https://post.example/atom"]
    assert found[1].title == "Post & Times"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Dear diary",
        rss().encode(),
        opml(),
        b'<!DOCTYPE opml [<!ENTITY a "https://a.example">]>' + opml('<outline xmlUrl="&a;"/>')[21:],
        b'<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + opml('<outline xmlUrl="&a;"/>')[21:],
        b" " * 6_000_000,
    ],
)
def test_what_is_no_list_of_feeds_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_opml(data)


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda some: opml(some.decode("latin-1"))))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    with suppress(Refused):
        assert read_opml(data)
