from datetime import UTC, datetime

import pytest

from tests.read.reading import refusal, story

HEADER = (
    "Title: Quay to close\n"
    "Outlet: The Harbour Courier\n"
    "Published: 2026-03-14T08:30:00+01:00\n"
    "URL: https://harbour-courier.example/quay\n"
    "Invented: yes\n"
    "\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "One line",
        "  Indented\n\ttoo  \n\n",
        "Windows lines\r\nstay.\r\n",
        "Old Mac lines\rstay.\r",
        "A form feed\x0c and a next line\x85 stay.",
        "\n\nBlank lines first.\n",
    ],
)
def test_text_is_kept_exactly(text: str) -> None:
    assert story(text.encode()).text == text


def test_header_gives_the_fields_and_the_text_is_what_follows_the_blank_line() -> None:
    found = story((HEADER + "  The council voted.\n\nSo it did.\n").encode(), "quay.txt")
    assert found.text == "  The council voted.\n\nSo it did.\n"
    assert (found.title, found.title_is_ours) == ("Quay to close", False)
    assert found.outlet == "The Harbour Courier"
    assert found.published_at == datetime(2026, 3, 14, 7, 30, tzinfo=UTC)
    assert found.url == "https://harbour-courier.example/quay"
    assert found.invented is True
    assert found.extra == {}


def test_header_may_have_windows_lines_and_any_case() -> None:
    found = story(b"TITLE: A\r\noutlet : B\r\n\r\nText\r\n")
    assert (found.title, found.outlet, found.text) == ("A", "B", "Text\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "Title: A\nBy Mara Lind\n\nText",
        "Title: A\nEditor: Mara Lind\n\nText",
        "Mara Lind: no comment\nTitle: A\n\nText",
        "Title: A\nOutlet: B",
        "Title: A\nOutlet: B\n",
        "\nTitle: A\n\nText",
        "Title: A\x0bb c\nno header\n\nText",
    ],
)
def test_other_openings_are_no_header(text: str) -> None:
    assert story(text.encode()).text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Title: A\n\n \n", "text is empty"),
        (b"Title: A\nPublished: yesterday\n\nText", "“yesterday” is not ISO 8601"),
        (b"Title: A\nInvented: perhaps\n\nText", "should be yes or no, not “perhaps”"),
        (b"Title: A\ntitle: B\n\nText", "“title” twice"),
    ],
)
def test_a_broken_header_says_what_is_wrong(data: bytes, reason: str) -> None:
    assert reason in refusal(data).reason


def test_an_empty_header_value_counts_as_not_given() -> None:
    found = story(b"Title:\nOutlet:\n\nFirst line\nText.")
    assert (found.title, found.outlet) == ("First line", None)


def test_a_value_with_odd_line_characters_is_still_one_value() -> None:
    assert story("Title: A\x0bb\u2028c\n\nText".encode()).title == "A b c"
