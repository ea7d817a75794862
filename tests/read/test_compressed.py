import gzip
import random

import pytest

from app.read import allowance
from app.spans import RawStory, Unreadable
from tests.read.reading import read, refusal, story


def lines(count: int) -> bytes:
    words = random.Random(7)
    return b"".join(b'{"text": "Ferry %d left with %d."}\n' % (i, words.randrange(10**9)) for i in range(count))


@pytest.mark.parametrize("name", ["news", "news.gz", "news.txt"])
def test_gzip_is_told_by_its_content(name: str) -> None:
    assert story(gzip.compress(b"Quay to close\n\nIt will."), name).text == "Quay to close\n\nIt will."


def test_the_suffix_inside_the_gz_is_the_hint() -> None:
    [wrong, right] = read(gzip.compress(b'not json\n{"text": "a"}\n'), "news.jsonl.gz")
    assert isinstance(wrong, Unreadable)
    assert isinstance(right, RawStory)


def test_several_members_are_one_file() -> None:
    assert len(read(gzip.compress(lines(3)) + gzip.compress(lines(2)))) == 5


@pytest.mark.parametrize("count", [20, 20_000])
def test_stories_before_a_break_are_kept_and_the_break_reported(count: int) -> None:
    packed = gzip.compress(lines(count))
    *before, broken = read(packed[: len(packed) * 2 // 3], "news.jsonl.gz")
    assert count // 3 < len(before) < count
    assert all(isinstance(one, RawStory) for one in before)
    assert isinstance(broken, Unreadable)
    assert broken.reason == f"the gzip data are cut off; the stories before that ({len(before)}) were read"


def test_damaged_data_are_reported() -> None:
    packed = bytearray(gzip.compress(lines(20_000)))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40
    assert "gzip data are damaged" in [one for one in read(bytes(packed)) if isinstance(one, Unreadable)][-1].reason


@pytest.mark.parametrize("size", [3, 11, 40])
def test_a_file_cut_off_in_its_only_story_gives_none(size: int) -> None:
    packed = gzip.compress(b"The council voted on Tuesday to close the quay, and the ferries moved to the fish market.")
    assert "gzip data are" in refusal(packed[:size]).reason


def test_empty_and_twice_compressed_data_are_refused() -> None:
    assert refusal(gzip.compress(b"")).reason == "the file is empty"
    assert "compressed twice" in refusal(gzip.compress(gzip.compress(b"a"))).reason


def test_a_large_text_is_refused_before_it_is_unpacked_whole() -> None:
    assert "larger than" in refusal(gzip.compress(b"word " * 10_000_000), max_bytes=10_000).reason


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "FREE_BYTES", 1_000_000)
    *_, last = read(gzip.compress(b'{"text": "a"}\n' + b"\n" * 20_000_000))
    assert isinstance(last, Unreadable)
    assert "unpacks to more than 200 times its size" in last.reason
