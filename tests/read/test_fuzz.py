"""Whatever is done to a file of any format, reading it ends, with stories that can be stored and reasons."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.read.readers import ARCHIVES, READERS
from app.read.sniff import sniff
from app.spans import RawStory
from tests.read import test_archives, test_feed, test_ninjs, test_warc
from tests.read.reading import read

PAGE = test_warc.PAGE.encode()
SAMPLES = {
    "story.txt": b"Title: Quay\nPublished: 2026-03-14\n\n" + test_archives.VOTE,
    "story.html": PAGE,
    "utf16.html": PAGE.decode().encode("utf-16"),
    "story.jsonl": b'{"id": 1, "text": "One.", "url": "https://a.example/1"}\n{"html": "<p>Two said so.</p>"}\n',
    "stories.json": b'[{"text": "One."},\n {"text": "Two.", "published_at": "2026-03-14"}]',
    "ninjs.json": json.dumps(test_ninjs.THREE).encode(),
    "rss.xml": test_feed.rss(),
    "atom.xml": test_feed.ATOM,
    "feed.json": test_feed.json_feed(test_feed.JSON_ITEM),
    "table.csv": 'title;text\nA;"One ""and""\ntwo."\nZürich;Three.\n'.encode(),
    "pages.warc": test_warc.archive(
        test_warc.answer(), test_warc.answer(test_warc.chunked(gzip.compress(PAGE)), Transfer_Encoding="chunked")
    ),
    "all.zip": test_archives.zipped(test_archives.FILES),
    "all.tar": test_archives.tarred(test_archives.FILES),
    "all.tar.gz": gzip.compress(test_archives.tarred(test_archives.FILES)),
}
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=12)), max_size=8)


def test_there_is_a_sample_of_every_format() -> None:
    sniffed = {sniff(data, name) for name, data in SAMPLES.items() if name not in ("utf16.html", "all.tar.gz")}
    assert sniffed == set(READERS) | set(ARCHIVES)


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=40)
@given(changes=CHANGES, cut=st.floats(0.2, 1), other=st.sampled_from(sorted(SAMPLES)))
def test_no_damage_to_a_file_of_any_format_raises(
    name: str, changes: list[tuple[float, int, bytes]], cut: float, other: str
) -> None:
    data = bytearray(SAMPLES[name])
    for place, removed, put in changes:
        at = int(place * len(data))
        data[at : at + removed] = put
    found = read(bytes(data[: int(cut * len(data))]), other, max_bytes=100_000)
    assert 0 < len(found) < 1000
    for one in found:
        if isinstance(one, RawStory):
            assert one.text.strip()
            assert one.title.strip()
            json.dumps([one.text, one.title, one.url, one.outlet, one.external_id, one.extra], allow_nan=False).encode()
            "".join([one.text, one.title, one.outlet or "", one.external_id or "", one.url or ""]).encode()
        else:
            assert one.reason


@settings(max_examples=100)
@given(data=st.binary(max_size=2000), name=st.sampled_from(sorted(SAMPLES)))
def test_no_bytes_under_any_name_raise(data: bytes, name: str) -> None:
    assert read(data, name, max_bytes=100_000)
