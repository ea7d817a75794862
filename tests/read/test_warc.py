import gzip
import io
import re
import zlib

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from app.spans import RawStory, Unreadable
from tests.read.reading import read, refusal, story

VOTE = "The harbour council of Lindvik voted on Tuesday to close the northern quay for two years."
PAGE = f"<html><head><title>Quay</title></head><body><article><p>Café. {VOTE}</p><p>{VOTE}</p></article></body></html>"


def archive(*answers: tuple[str, dict[str, str], bytes], packed: bool = False, status: str = "200 OK") -> bytes:
    """A web archive of answers: address, headers, body."""
    written = io.BytesIO()
    writer = WARCWriter(written, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "tests"}))
    for address, headers, body in answers:
        http = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(address, "response", payload=io.BytesIO(body), http_headers=http))
    return written.getvalue()


def answer(body: bytes = PAGE.encode(), **headers: str) -> tuple[str, dict[str, str], bytes]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return "https://courier.example/quay?utm_source=x", {"Content-Type": "text/html; charset=utf-8"} | given, body


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


@pytest.mark.parametrize("packed", [True, False])
def test_a_page_of_a_web_archive_is_a_story(packed: bool) -> None:
    image = ("https://courier.example/a.png", {"Content-Type": "image/png"}, b"\x89PNG")
    assert story(archive(image, answer(), packed=packed), "news.warc.gz") == RawStory(
        text=f"Café. {VOTE}\n\n{VOTE}",
        title="Quay",
        origin="news.warc.gz, record 3",
        url="https://courier.example/quay?utm_source=x",
        outlet="courier.example",
    )


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(PAGE.encode()), {"Content_Encoding": "gzip"}),
        (zlib.compress(PAGE.encode()), {"Content_Encoding": "deflate"}),
        (chunked(PAGE.encode()), {"Transfer_Encoding": "chunked"}),
        (chunked(gzip.compress(PAGE.encode())), {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
        (PAGE.encode(), {"Content_Encoding": "gzip"}),
        (PAGE.encode("cp1252"), {"Content_Type": "text/html; charset=windows-1252"}),
    ],
)
def test_pages_are_unpacked_and_decoded_as_their_headers_say(body: bytes, headers: dict[str, str]) -> None:
    assert story(archive(answer(body, **headers))).text.startswith("Café.")


def test_a_page_that_was_not_found_is_left_out() -> None:
    assert refusal(archive(answer(), status="404 Not Found")).reason == "the file holds no story"


def test_pages_that_are_no_stories_say_so_and_the_rest_is_taken() -> None:
    bomb = zlib.compress(b"<p>A said." * 10_000_000)
    pages = (
        answer(b"<form>Log in"),
        answer(bomb, Content_Encoding="deflate"),
        answer(b"x", Content_Encoding="br"),
        answer(),
    )
    found = read(archive(*pages), max_bytes=100_000)
    assert [one.origin for one in found] == [f"news, record {number}" for number in (2, 3, 4, 5)]
    reasons = [one.reason for one in found if isinstance(one, Unreadable)]
    for reason, words in zip(reasons, ("no article", "larger than 100,000 bytes", "(br)"), strict=True):
        assert words in reason


def test_a_large_record_is_passed_over_unread() -> None:
    first, second = read(archive(answer(b"x" * (2 << 20)), answer()), max_bytes=100_000)
    assert isinstance(first, Unreadable)
    assert "larger than" in first.reason
    assert isinstance(second, RawStory)


@pytest.mark.parametrize(
    "data",
    [
        b"WARC/1.0\r\n" + b"x" * (2 << 20),
        b"WARC/1.0\r\n" + b"a: b\r\n" * (1 << 20),
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * (1 << 20),
        b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"WARC/1.0\r\n\r\nnonsense",
    ],
)
def test_a_header_without_end_or_sense_is_refused(data: bytes) -> None:
    assert "is damaged" in refusal(data).reason


def test_pages_before_a_break_are_kept() -> None:
    data = archive(*[answer() for _ in range(20)], packed=True)
    *before, broken = read(data[: len(data) * 2 // 3])
    assert len(before) > 5
    assert all(isinstance(one, RawStory) for one in before)
    assert isinstance(broken, Unreadable)
    # Whether the break is in the packing or in a record's header depends on the numbers that records are given.
    assert re.search("cut off|damaged", broken.reason)
