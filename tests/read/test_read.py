import gzip
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.read import read_stories
from app.spans import RawStory, Unreadable
from tests.read.reading import read, refusal, story

SUFFIXES = st.sampled_from(["", ".txt", ".html", ".jsonl", ".json", ".ndjson", ".gz", ".html.gz", ".pdf", "\0"])
STARTS = st.sampled_from(
    [b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"<html><p>", b'{"text":', b"[{",
     b'{"text":"a","id":', b"Title: a\n", b"%PDF-", b"<rss"]
)  # fmt: skip
FILES = st.tuples(
    STARTS, st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode(errors="ignore"))
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)


@given(FILES.map(b"".join), SUFFIXES, st.booleans(), st.integers(0, 60))
def test_no_bytes_raise_and_every_story_can_be_stored(data: bytes, suffix: str, packed: bool, cut: int) -> None:
    data = gzip.compress(data)[: -cut or None] if packed else data
    found = read(data, f"news{suffix}")
    assert found
    for one in found:
        if isinstance(one, RawStory):
            assert one.text.strip()
            assert one.title.strip()
            assert "\0" not in one.text
            one.text.encode()
        else:
            assert one.reason


@given(TEXTS)
def test_a_plain_text_comes_back_exactly(text: str) -> None:
    # The dash keeps it from being any other format, or from beginning with a mark or header.
    assert story(f"—{text}".encode(), "news.txt").text == f"—{text}"


def test_a_text_of_ten_megabytes_is_taken_up_to_the_limit() -> None:
    data = b"word " * 2_000_000
    assert len(story(data, max_bytes=len(data)).text) == 10_000_000
    assert "larger than 10,000,000 bytes" in refusal(data + b".", max_bytes=len(data)).reason


@pytest.mark.parametrize("data", [b" ", b"\n\n\r\n", "\u2003\u00a0".encode()])
def test_white_space_is_no_story(data: bytes) -> None:
    assert refusal(data).reason == "the text is empty"


def test_text_after_much_white_space_is_a_story() -> None:
    assert story(b" " * 200_000 + b"Words").title == "Words"


def test_an_error_while_reading_is_reported_after_what_was_read() -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if data := super().read(size):
                return data
            raise OSError(5, "Input/output error")

    found = list(read_stories(Failing(b'{"text": "One."}\n'), "news", max_bytes=1000))
    assert isinstance(found[0], RawStory)
    assert isinstance(found[1], Unreadable)
    assert "Input/output error" in found[1].reason
