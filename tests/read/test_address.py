"""Stories read from the test site's addresses."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from app.read.address import read_address, read_sent
from app.read.visit import Visitor
from app.spans import RawStory, Unreadable
from tests.site import Site

VOTE = "The harbour council of Lindvik voted on Tuesday to close the northern quay for two years."
QUOTED = "“We could not wait another winter for the quay to be repaired,” the mayor told reporters."
CITED = (
    "<h2>Sources</h2><ul><li><a href='https://a.example/1'>Ann Lee: “Quay to close”. The Gull, 14 March</a></li></ul>"
)
ARTICLE = f"<article><h1>Quay to close</h1><p>{VOTE}</p><blockquote><p>{QUOTED}</p></blockquote>{CITED}</article>"
HEAD = """<title>Quay to close | The Harbour Courier</title>
<meta property="og:site_name" content="The Harbour Courier"><meta name="author" content="Mara Lind">
<meta name="description" content="Cracks were found."><meta property="article:published_time" content="2026-03-14">"""


def page(head: str = HEAD, body: str = ARTICLE) -> str:
    return f"<!DOCTYPE html><html lang='en-GB'><head>{head}</head><body>{body}</body></html>"


def read(site: Site, url: str, **limits: float) -> list[RawStory | Unreadable]:
    return list(read_address(url, Visitor(site.limits(**limits)), max_bytes=1_000_000))


def story(site: Site, url: str) -> RawStory:
    [found] = read(site, url)
    assert isinstance(found, RawStory), found
    return found


def refusal(site: Site, url: str) -> str:
    [found] = read(site, url)
    assert isinstance(found, Unreadable), found
    assert found.origin == url
    return found.reason


def test_a_page_gives_headline_byline_outlet_date_language_lead_quotes_and_references(site: Site) -> None:
    url = site.page("/2026/quay?utm_source=mail", page())
    assert read(site, url) == [
        RawStory(
            text=f"{VOTE}\n\n{QUOTED}\n\nSources\n\nAnn Lee: “Quay to close”. The Gull, 14 March",
            title="Quay to close",
            origin=url,
            url=url,
            outlet="The Harbour Courier",
            published_at=datetime(2026, 3, 14, tzinfo=UTC),
            extra={"language": "en-GB", "byline": "Mara Lind", "description": "Cracks were found."},
        )
    ]


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("/quay", "{site}/quay"),
        ("{site}/quay", "{site}/quay"),
        ("https://elsewhere.example/quay", "{site}/old?id=3"),
        ("/", "{site}/old?id=3"),
        ("http://[", "{site}/old?id=3"),
        ("", "{site}/old?id=3"),
        ("javascript:alert(1)", "{site}/old?id=3"),
    ],
)
def test_the_canonical_address_counts_where_it_is_on_the_same_host(site: Site, named: str, kept: str) -> None:
    head = f'{HEAD}<link rel="canonical" href="{named.format(site=site.url)}">'
    assert story(site, site.page("/old?id=3", page(head))).url == kept.format(site=site.url)


def test_after_redirects_the_last_address_is_the_storys(site: Site) -> None:
    site.page("/quay", page())
    assert story(site, site.redirect("/go", "/quay", 301)).url == f"{site.url}/quay"


def test_the_servers_word_on_the_encoding_counts(site: Site) -> None:
    url = site.page("/quay", page(body=f"<p>Zürich café. {VOTE}</p>").encode("iso-8859-15"), "text/html; charset=x-no")
    assert "Zürich café" in story(site, url).text
    greek = page(body=f"<p>Αθήνα. {VOTE}</p>").encode("iso-8859-7")
    assert "Αθήνα" in story(site, site.page("/athens", greek, 'text/html; Charset="ISO-8859-7"')).text


def test_a_text_file_is_a_story_at_its_address(site: Site) -> None:
    url = site.page("/quay.txt", f"Quay to close\n\n{VOTE}", "text/plain")
    assert (story(site, url).title, story(site, url).url) == ("Quay to close", url)


def test_a_file_of_several_stories_gives_each_with_its_own_address(site: Site) -> None:
    lines = b"".join(json.dumps({"text": VOTE, "url": f"https://a.example/{i}"}).encode() + b"\n" for i in range(3))
    found = read(site, site.page("/all.jsonl.gz", gzip.compress(lines), "application/octet-stream"))
    assert [one.url for one in found if isinstance(one, RawStory)] == [f"https://a.example/{i}" for i in range(3)]


@pytest.mark.parametrize(
    ("status", "words"), [(404, "nothing at this address"), (403, "save the page"), (500, "status 500"), (410, "gone")]
)
def test_what_a_server_refuses_is_said(site: Site, status: int, words: str) -> None:
    assert words in refusal(site, site.status("/quay", status))


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "text/plain", "empty"),
        (b"%PDF-1.7 ...", "application/pdf", "is a PDF"),
        (b"<p>Log in", "text/html", "no article"),
        (b"\x00\x01\x02" * 99, "application/octet-stream", "NUL"),
        (b"x" * 1_000_001, "text/html", "larger than 1,000,000 bytes"),
    ],
)
def test_what_is_no_story_says_what_it_is(site: Site, body: bytes, kind: str, words: str) -> None:
    assert words in refusal(site, site.page("/quay", body, kind))


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "https://user:x@a.example/"]
)
def test_private_addresses_are_refused(site: Site, url: str) -> None:
    assert "private" in refusal(site, url) or "password" in refusal(site, url)


def test_robots_txt_is_respected(site: Site) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
    assert "robots.txt" in refusal(site, site.page("/quay", page()))
    assert site.asked["/quay"] == 0


def test_an_object_with_only_an_address_gets_its_words_from_there(site: Site) -> None:
    sent = {"url": site.page("/quay", page()), "outlet": "The Gull", "id": 7}
    found = read_sent(json.dumps(sent).encode(), "the story", Visitor(site.limits()), max_bytes=1_000_000)
    assert isinstance(found, RawStory), found
    assert (found.url, found.outlet, found.external_id) == (sent["url"], "The Gull", "7")
    assert found.text.startswith(VOTE)


def test_an_object_with_words_is_not_fetched(site: Site) -> None:
    sent = {"url": site.page("/quay", page()), "text": "Others."}
    found = read_sent(json.dumps(sent).encode(), "the story", Visitor(site.limits()), max_bytes=1_000_000)
    assert isinstance(found, RawStory)
    assert (found.text, found.url, site.asked["/quay"]) == ("Others.", sent["url"], 0)
