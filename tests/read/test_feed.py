import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.read import feed as feeds
from app.read.feed import Entry, parse_feed
from app.read.refusal import Refused
from app.spans import RawStory
from tests.read.reading import read, refusal, story

VOTE = "The harbour council of Lindvik voted on Tuesday to close the northern quay for two years."
FERRY = "The ferries will leave from the old fish market, their director said."
ITEM = f"""<item><title>Quay to &lt;i&gt;close&lt;/i&gt; &amp; more</title><link>https://courier.example/quay</link>
<guid isPermaLink="false">quay-7</guid><pubDate>Sat, 14 Mar 2026 08:30:00 +0100</pubDate>
<dc:creator>Mara Lind</dc:creator>
<description>Cracks were found.</description>
<content:encoded><![CDATA[<p>{VOTE}</p><blockquote><p>“Not a day.”</p></blockquote><p>{FERRY}</p>]]></content:encoded>
</item>"""


def rss(items: str = ITEM, head: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Harbour Courier</title>
<link>https://courier.example/</link><language>en-gb</language>{items}</channel></rss>""".encode()


ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">The Gull</title><id>urn:gull</id>
<link rel="alternate" href="https://gull.example/"/><updated>2026-03-14T08:30:00Z</updated>
<entry><id>urn:gull:7</id><title>Quay</title><link href="https://gull.example/7"/><updated>2026-03-14T08:30:00Z</updated>
<author><name>Ben Roe</name></author>
<content type="html">&lt;p&gt;{VOTE}&lt;/p&gt;&lt;p&gt;{FERRY}&lt;/p&gt;</content></entry>
<entry><id>urn:gull:8</id><title>Ferry</title><link href="https://gull.example/8"/><updated>2026-03-15T08:30:00Z</updated>
<content type="text">{FERRY} 3 &lt; 4.</content></entry></feed>""".encode()


def json_feed(*items: Any, **changed: Any) -> bytes:
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "The Tern", "language": "en"}
    return json.dumps(head | {"items": items} | changed).encode()


JSON_ITEM = {
    "id": 7,
    "url": "https://tern.example/7",
    "title": "Quay",
    "content_html": f"<p>{VOTE}</p><p>{FERRY}</p>",
    "date_published": "2026-03-14T08:30:00+01:00",
    "authors": [{"name": "Ann Lee"}, {"name": "Bo Ek"}],
}


def test_an_rss_item_is_a_story() -> None:
    assert story(rss(), "feed.xml") == RawStory(
        text=f"{VOTE}\n\n“Not a day.”\n\n{FERRY}",
        title="Quay to close & more",
        origin="feed.xml, entry 1",
        url="https://courier.example/quay",
        outlet="The Harbour Courier",
        external_id="quay-7",
        published_at=datetime(2026, 3, 14, 7, 30, tzinfo=UTC),
        extra={"byline": "Mara Lind", "language": "en-gb"},
    )


def test_atom_entries_are_stories_whether_html_or_text() -> None:
    first, second = read(ATOM)
    assert isinstance(first, RawStory)
    assert (first.text, first.outlet, first.extra["byline"]) == (f"{VOTE}\n\n{FERRY}", "The Gull", "Ben Roe")
    assert isinstance(second, RawStory)
    assert (second.text, second.external_id) == (f"{FERRY} 3 < 4.", "urn:gull:8")
    assert second.published_at == datetime(2026, 3, 15, 8, 30, tzinfo=UTC)


def test_json_feed_items_are_stories() -> None:
    found = story(json_feed(JSON_ITEM))
    assert (found.text, found.url, found.external_id) == (f"{VOTE}\n\n{FERRY}", "https://tern.example/7", "7")
    assert found.published_at == datetime(2026, 3, 14, 7, 30, tzinfo=UTC)
    assert found.extra == {"byline": "Ann Lee, Bo Ek", "language": "en"}
    assert story(json_feed({"content_text": "3 < 4."})).text == "3 < 4."


def test_what_a_feed_gives_only_as_a_summary_can_be_told() -> None:
    [entry] = parse_feed(rss("<item><title>Quay</title><description>Cracks were found.</description></item>")).entries
    assert entry == Entry(None, None, "Quay", "Cracks were found.", is_html=True, is_content=False)
    [entry] = parse_feed(rss()).entries
    assert entry.is_content


def test_a_line_without_a_full_stop_is_taken_as_it_is() -> None:
    item = (
        "<item><title>Quay</title><description>Quay &lt;b&gt;closed&lt;/b&gt; until further notice</description></item>"
    )
    assert story(rss(item)).text == "Quay closed until further notice"


def test_an_item_names_the_outlet_it_took_the_story_from() -> None:
    item = "<item><description>Cracks.</description><source url='https://wire.example/rss'>The Wire</source></item>"
    assert story(rss(item)).outlet == "The Wire"


@pytest.mark.parametrize(
    "field", ["<pubDate>soon</pubDate>", "<link>javascript:alert(1)</link>", "<pubDate>9 Jan 99999 1:00:00</pubDate>"]
)
def test_a_field_that_makes_no_sense_is_left_out(field: str) -> None:
    found = story(rss(f"<item><description>Cracks were found.</description>{field}</item>"))
    assert (found.published_at, found.url) == (None, None)


def test_a_feed_that_is_not_well_formed_is_still_read() -> None:
    assert story(rss(ITEM.replace("</title>", " & so <on></title>"))).text.startswith(VOTE)


def test_old_encodings_are_read_as_declared() -> None:
    item = "<item><description>Zürich café, 3 € a cup.</description></item>"
    data = rss(item).decode().replace('encoding="utf-8"', 'encoding="iso-8859-15"').encode("iso-8859-15")
    assert story(data).text == "Zürich café, 3 € a cup."


def test_entries_without_words_and_feeds_without_entries_say_so() -> None:
    item = "<item><title>Quay</title><link>https://courier.example/quay</link></item>"
    assert "add its address" in refusal(rss(item)).reason
    assert "no entries" in refusal(rss("")).reason
    assert "no entries" in refusal(json_feed()).reason


LAUGHS = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE rss [<!ENTITY a0 "ha">{LAUGHS}]>',
        f'<!-- <a> --><!DOCTYPE rss [<!ENTITY a0 "ha">{LAUGHS}]>',
        "<!DOCTYPE rss [<!ENTITY a11 SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE rss [<!ENTITY % p SYSTEM 'http://127.0.0.1/p'> %p;]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_before_anything_is_parsed(head: str, encoding: str) -> None:
    data = rss("<item><description>&a11;</description></item>", head).decode().encode(encoding)
    assert "declares XML entities" in refusal(data).reason


def test_a_document_type_outside_is_not_loaded() -> None:
    head = "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:9/rss.dtd'>"
    assert story(rss(head=head)).text.startswith(VOTE)


def test_what_would_take_the_parser_minutes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_TAGS", 100)
    assert "tags" in refusal(rss("<item>" * 200)).reason
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 2)
    assert "entries" in refusal(rss(ITEM * 3)).reason
    assert "entries" in refusal(json_feed(*[JSON_ITEM] * 3)).reason


def test_a_page_is_no_feed() -> None:
    for data in (b"<html><body>Words.</body></html>", b'{"text": "Words."}', b"Words."):
        with pytest.raises(Refused, match="no RSS, Atom or JSON feed"):
            parse_feed(data)
