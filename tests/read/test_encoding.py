import codecs
import json

import pytest

from app.spans import RawStory
from tests.read.reading import read, refusal, story

TEXT = "“Café Zürich won’t close,” she said – £3 a cup.\r\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
)
def test_unicode_is_read_and_its_mark_removed(data: bytes) -> None:
    found = story(data)
    assert (found.text, found.extra) == (TEXT, {})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_json_lines_and_pages_may_have_a_mark_too(encoding: str) -> None:
    row = json.dumps({"text": TEXT}, ensure_ascii=False) + "\n"
    assert [one.text for one in read((row * 3).encode(encoding)) if isinstance(one, RawStory)] == [TEXT] * 3
    page = f"<!doctype html><html><body><p>{TEXT}</p></body></html>"
    assert story(page.encode(encoding)).text == TEXT.strip()


def test_only_one_mark_is_removed() -> None:
    assert story(codecs.BOM_UTF8 * 2 + b"a").text == "\ufeffa"


def test_old_english_text_is_read_as_windows_1252_and_says_so() -> None:
    found = story(TEXT.encode("cp1252"))
    assert (found.text, found.extra) == (TEXT, {"encoding": "cp1252"})


def test_another_encoding_is_recognised() -> None:
    text = "Министр сказал журналистам, что переговоры о рыболовстве продолжатся в среду утром."
    assert story(text.encode("cp1251")).text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"The council\x00voted.", "NUL"),
        ("The council voted.".encode("utf-16-le"), "NUL"),
        ("“Café Zürich” – ".encode() + b"\xff", "not valid UTF-8 at byte"),
        (bytes(range(1, 256)) * 20, "neither UTF-8 nor another encoding"),
        (codecs.BOM_UTF16_LE + b"a\x00b", "not valid UTF-16"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "not valid UTF-16"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_what_to_do(data: bytes, reason: str) -> None:
    found = refusal(data)
    assert reason in found.reason
    assert "save it as UTF-8" in found.reason
