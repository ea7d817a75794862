import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.read import read_stories
from app.read.streams import buffered
from app.spans import RawStory, Unreadable
from tests.read.reading import read, story

TEXT = "The council voted. It took hours."


def line(**fields: Any) -> bytes:
    return json.dumps({"text": TEXT} | fields).encode() + b"\n"


def test_all_fields_are_read_and_unknown_ones_kept() -> None:
    found = story(
        line(
            id=7,
            title=" Quay\n to close ",
            url=" https://harbour-courier.example/quay ",
            outlet="The Harbour  Courier",
            published_at="2026-03-14T08:30:00+01:00",
            invented=True,
            section={"name": "Town"},
            rank=2,
        )
    )
    assert found == RawStory(
        text=TEXT,
        title="Quay to close",
        origin="news:1",
        url="https://harbour-courier.example/quay",
        outlet="The Harbour Courier",
        external_id="7",
        published_at=datetime(2026, 3, 14, 7, 30, tzinfo=UTC),
        invented=True,
        extra={"section": {"name": "Town"}, "rank": 2},
    )


def test_text_alone_is_enough_and_null_or_blank_fields_count_as_not_given() -> None:
    found = story(line(id=None, title=" ", url="", outlet=None, publisher=None, published_at="", invented=None))
    assert (found.title, found.title_is_ours) == ("The council voted.", True)
    assert (found.external_id, found.url, found.outlet, found.published_at, found.invented) == (None,) * 4 + (False,)


def test_publisher_is_the_outlet_unless_both_are_given() -> None:
    assert story(line(publisher="Meridian Wire")).outlet == "Meridian Wire"
    both = story(line(outlet="Nordlys Daily", publisher="Meridian Wire"))
    assert (both.outlet, both.extra) == ("Nordlys Daily", {"publisher": "Meridian Wire"})


@pytest.mark.parametrize(
    ("given_date", "read_date"),
    [
        ("2026-03-14", datetime(2026, 3, 14, tzinfo=UTC)),
        ("2026-03-14T08:30:00", datetime(2026, 3, 14, 8, 30, tzinfo=UTC)),
        ("2026-03-14T08:30:00Z", datetime(2026, 3, 14, 8, 30, tzinfo=UTC)),
        ("2026-03-14 23:30:00-05:00", datetime(2026, 3, 15, 4, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_utc_where_they_name_no_zone(given_date: str, read_date: datetime) -> None:
    assert story(line(published_at=given_date)).published_at == read_date


@pytest.mark.parametrize(
    "url", ["ftp://harbour-courier.example/quay", "urn:story:7", "https://", "http://[::1", "quay"]
)
def test_what_is_no_http_address_is_kept_aside(url: str) -> None:
    found = story(line(url=url))
    assert (found.url, found.extra) == (None, {"url": url})


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"text": "The council" "voted"}', "not valid JSON at column 24"),
        (b'{"text": "The cou', "not valid JSON at column 10"),
        (b'{"title": "Quay to close"}', "no words in `text`"),
        (b'{"text": ""}', "no words in `text`"),
        (b'{"text": " \\n "}', "no words in `text`"),
        (b'{"text": null}', "no words in `text`"),
        (b'{"text": ["a"]}', "`text` should be a string, not a list"),
        (b'{"text": "a", "title": 3}', "`title` should be a string, not a number"),
        (b'{"text": "a", "id": 1.5}', "`id` should be a string or a whole number"),
        (b'{"text": "a", "id": true}', "`id` should be a string or a whole number, not true or false"),
        (b'{"text": "a", "invented": "yes"}', "`invented` should be true or false, not text"),
        (b'{"text": "a", "outlet": {}}', "`outlet` should be a string, not an object"),
        (b'{"text": "a", "url": 7}', "`url` should be a string"),
        (b'{"text": "a", "published_at": "14 March"}', "“14 March” is not ISO 8601"),
        (b'{"text": "a", "published_at": "2026-02-30"}', "is not ISO 8601"),
        (b'{"text": "a", "published_at": "0001-01-01T00:00+14:00"}', "is not ISO 8601"),
        (b'{"text": "a", "published_at": 1773477000}', "`published_at` should be a string"),
        (b'{"text": "a\\u0000b"}', "NUL"),
        (b'{"text": "a\\ud800b"}', "lone surrogate"),
        (b'{"text": "a", "note": ["\\udfff"]}', "lone surrogate"),
        (b'{"text": "a", "\\ud800": 1}', "lone surrogate"),
        (b'{"text": "a", "rank": NaN}', "NaN"),
        (b'{"text": "a", "rank": 1e999}', "too large"),
        (b'{"text": "a", "rank": ' + b"9" * 5000 + b"}", "thousands of digits"),
        (b'{"text": "a", "note": ' + b"[" * 60 + b"]" * 60 + b"}", "nested more than 50 deep"),
        (b'{"text": "a", "note": ' + b"[" * 9000 + b"]" * 9000 + b"}", "nested too deeply"),
        (b'["a"]', "no JSON object"),
        (b"3", "no JSON object"),
        (b'{"text": "caf\xe9"}', "not valid UTF-8 at byte 14"),
        (b'{"html": "<nav><a href=\\"/\\">Home</a></nav>"}', "no article"),
    ],
)
def test_a_bad_line_says_where_and_why_and_the_others_are_taken(bad: bytes, reason: str) -> None:
    first, wrong, last = read(line(id=1) + bad + b"\n" + line(id=3), "file.jsonl")
    assert isinstance(first, RawStory)
    assert isinstance(last, RawStory)
    assert isinstance(wrong, Unreadable)
    assert (first.origin, wrong.origin, last.origin) == ("file.jsonl:1", "file.jsonl:2", "file.jsonl:3")
    assert reason in wrong.reason


def test_a_broken_first_line_does_not_hide_the_format() -> None:
    wrong, right = read(b'{"text": "The cou\n' + line(), "file.jsonl")
    assert isinstance(wrong, Unreadable)
    assert isinstance(right, RawStory)
    assert (wrong.origin, right.origin) == ("file.jsonl:1", "file.jsonl:2")


def test_blank_lines_and_windows_lines_are_no_trouble() -> None:
    found = read(b"\r\n\n" + line().replace(b"\n", b"\r\n") + b"  \n" + line().rstrip())
    assert [one.origin for one in found] == ["news:3", "news:5"]


def test_html_is_read_where_there_is_no_text_and_the_line_counts_more_than_the_page() -> None:
    page = (
        "<html><head><meta property='og:title' content='Page title'><meta property='og:site_name' content='Page Site'>"
        "</head><body><article><p>The council of Lindvik voted on Tuesday to close the quay.</p></article></body>"
    )
    found = story(json.dumps({"html": page, "outlet": "Nordlys Daily", "id": "q", "mood": "calm"}).encode())
    assert found.text == "The council of Lindvik voted on Tuesday to close the quay."
    assert (found.title, found.outlet, found.external_id) == ("Page title", "Nordlys Daily", "q")
    assert found.extra == {"mood": "calm"}
    assert story(json.dumps({"html": page, "title": "Ours"}).encode()).title == "Ours"
    assert story(json.dumps({"html": page, "text": "Words"}).encode()).text == "Words"


def test_a_line_that_is_too_long_is_skipped() -> None:
    data = line(id=1) + line(text="x" * 2000) + line(id=3)
    first, wrong, last = read(data, max_bytes=1000)
    assert isinstance(first, RawStory)
    assert isinstance(last, RawStory)
    assert isinstance(wrong, Unreadable)
    assert (wrong.origin, last.origin) == ("news:2", "news:3")
    assert "larger than 1,000 bytes" in wrong.reason


def test_a_line_of_exactly_the_limit_is_taken() -> None:
    data = line(text="x" * 100)
    assert story(data, max_bytes=len(data) - 1).text == "x" * 100


def test_memory_does_not_grow_with_the_file() -> None:
    def endless(count: int) -> Iterator[bytes]:
        yield line()
        for _ in range(count):
            yield line(text="words " * 200)
        yield b'{"text": "' + b"x" * 50_000_000 + b'"}\n'

    tracemalloc.start()
    try:
        found = read_stories(buffered(endless(3_000)), "news", max_bytes=1_000_000)
        assert sum(isinstance(one, RawStory) for one in found) == 3_001
        # One chunk of the source is the 50 MB line itself; nothing near the file's size may be held besides.
        assert tracemalloc.get_traced_memory()[1] < 125_000_000
    finally:
        tracemalloc.stop()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip), st.booleans())
def test_text_comes_back_exactly(text: str, ascii_only: bool) -> None:
    data = json.dumps({"text": text}, ensure_ascii=ascii_only).encode()
    assert story(data).text == text
