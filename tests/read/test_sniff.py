import gzip

import pytest

from app.read.sniff import Format, sniff
from tests.read.reading import refusal


@pytest.mark.parametrize(
    ("head", "name", "found"),
    [
        (b"<!DOCTYPE html><title>A</title>", "a.txt", Format.HTML),
        (b"\n <HTML lang=en>", "a", Format.HTML),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<!doctype html>", "a", Format.HTML),
        (b"<p>One.</p>\n<p>Two.</p>", "a", Format.HTML),
        (b"<p>One.", "a.html", Format.HTML),
        (b"One & two", "a.HTM", Format.HTML),
        (b"<p>One.", "a.txt", Format.PLAIN),
        (b"He wrote <b>this</b> and <i>that</i>.", "a.txt", Format.PLAIN),
        (b'{"text": "a"}\n', "a.txt", Format.JSON_LINES),
        (b' {"text": "a"}', "a", Format.JSON_LINES),
        (b'{"text": "' + b"a" * 90_000, "a", Format.JSON_LINES),
        (b"{}\n", "a", Format.JSON_LINES),
        (b'{\n "text": "a"\n}', "a", Format.JSON_DOCUMENT),
        (b'[{"text": "a"}]', "a", Format.JSON_DOCUMENT),
        (b"[\n  {}\n]", "a.jsonl", Format.JSON_DOCUMENT),
        (b"{Applause} The minister rose.", "a.txt", Format.PLAIN),
        (b"[Applause] The minister rose.", "a", Format.PLAIN),
        (b"broken", "a.jsonl", Format.JSON_LINES),
        (b"broken", "a.ndjson.gz", Format.JSON_LINES),
        (b"broken", "a.json", Format.JSON_DOCUMENT),
        (b"Words.", "a.pdf", Format.PLAIN),
        (b"PK\x03\x04\x14", "a.txt", Format.ZIP),
        (b"a.txt".ljust(257, b"\0") + b"ustar", "a", Format.TAR),
        (b"WARC/1.0\r\n", "a", Format.WARC),
        (b"Title; Text\nA; One.", "a", Format.CSV),
        (b"Text, please", "a.txt", Format.PLAIN),
    ],
)
def test_content_decides_and_the_name_only_where_it_is_open(head: bytes, name: str, found: Format) -> None:
    assert sniff(head, name) is found


@pytest.mark.parametrize(
    ("head", "named"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"{\\rtf1\\ansi", "a Rich Text document"),
        (b"BZh91AY", "bzip2 data"),
    ],
)
def test_known_other_formats_are_named_with_what_is_read(head: bytes, named: str) -> None:
    for data in (head, gzip.compress(head)):
        reason = refusal(data, "news.txt").reason
        assert f"is {named}" in reason
        assert "plain text, HTML, JSON Lines" in reason


@pytest.mark.parametrize(
    "head",
    [
        b"<rss version='2.0'>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<?xml-stylesheet href='a'?><!-- <html> --><feed xmlns='a'>",
        b"<!DOCTYPE rss PUBLIC '-//Netscape//DTD' 'http://a.example/rss.dtd'>\n<rss>",
        b"<rdf:RDF xmlns:rdf='a'>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        b'{\n  "title": "a",\n  "version": "https:\\/\\/jsonfeed.org\\/version\\/1"}',
    ],
)
def test_feeds_are_told_by_their_first_element(head: bytes) -> None:
    assert sniff(head, "a.txt") is Format.FEED
