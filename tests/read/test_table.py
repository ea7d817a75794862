import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.read import read_stories
from app.spans import RawStory, Unreadable
from tests.read.reading import read, refusal, story

HEADER = "id,title,text,outlet,published_at,desk"


def table(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows]).encode()


def test_a_row_is_a_story_and_its_other_columns_are_kept() -> None:
    row = '7,Quay,"The ""old"" quay closed.\nThe ferries moved.",The Gull,2026-03-14,sea'
    assert story(table(row), "news.csv") == RawStory(
        text='The "old" quay closed.\nThe ferries moved.',
        title="Quay",
        origin="news.csv, row 2",
        outlet="The Gull",
        external_id="7",
        published_at=datetime(2026, 3, 14, tzinfo=UTC),
        extra={"desk": "sea"},
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["news.csv", "news"])
def test_the_delimiter_is_told_by_the_columns_it_gives(delimiter: str, name: str) -> None:
    header = delimiter.join(['"Title"', " TEXT ", "a·b·c"])
    found = story(table(delimiter.join(["Quay", "Closed.", "x"]), header=header), name)
    assert (found.title, found.text, found.extra) == ("Quay", "Closed.", {"a·b·c": "x"})


def test_rows_that_cannot_be_read_say_which_and_the_rest_is_taken() -> None:
    found = read(
        table("1,A,One.", "", "2,B,", "3,C,Three.,,soon", "4,D,Four.,,,,more", "5,E,Five.", ",,,,,"), "news.csv"
    )
    assert [one.origin for one in found] == [f"news.csv, row {number}" for number in (2, 4, 5, 6, 7)]
    assert [one.text for one in found if isinstance(one, RawStory)] == ["One.", "Five."]
    reasons = [one.reason for one in found if isinstance(one, Unreadable)]
    for reason, words in zip(reasons, ("`text`", "ISO 8601", "7 cells"), strict=True):
        assert words in reason


def test_cells_of_any_size_and_rows_up_to_the_limit() -> None:
    assert len(story(table('1,A,"' + "word\n" * 100_000 + '"'), "news.csv").text) == 500_000
    first, last = read(table("1,A,One.", '2,B,"' + "word\n" * 1000), "news.csv", max_bytes=2000)
    assert isinstance(first, RawStory)
    assert isinstance(last, Unreadable)
    assert "never closed" in last.reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"title,body\nQuay,Closed.", "no column `text`"),
        (b"text,text\nOne.,Two.", "two columns"),
        (b"title,text", "no story"),
        (b"title,text\nA,\x81\x8d\x8f\x01", "UTF-8"),
    ],
)
def test_a_table_without_words_says_what_is_wrong(data: bytes, words: str) -> None:
    assert words in refusal(data, "news.csv").reason


def test_old_encodings_of_spreadsheets_are_read() -> None:
    rows = "\n".join(f"Zürich {i},“Café” closed for the winter in the old town." for i in range(20))
    found = read(f"title,text\n{rows}".encode("cp1252"), "news.csv")
    assert [one.title for one in found if isinstance(one, RawStory)][-1] == "Zürich 19"
    rows = "\n".join(f"Zürich {i},“Café” closed for the winter." for i in range(20))
    damaged = read(f"title,text\n{rows}\n".encode() + b"Bad,\xff.\nGood,Words.", "news.csv")
    assert [one.origin for one in damaged if isinstance(one, Unreadable)] == ["news.csv, row 22"]
    assert len(damaged) == 22


def test_a_story_that_begins_with_commas_is_plain_text() -> None:
    assert story(b"Text, title and html, said the editor.", "news.txt").text.startswith("Text, title")


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), min_size=1).filter(str.strip)


@given(st.lists(CELLS, min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_every_text_comes_back_exactly(texts: list[str], delimiter: str) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerows([["title", "text"], *[["Title", text] for text in texts]])
    found = list(read_stories(io.BytesIO(written.getvalue().encode()), "a.csv", max_bytes=100_000))
    assert [one.text for one in found if isinstance(one, RawStory)] == texts
