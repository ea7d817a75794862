import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.read.headline import MAX_CHARS, headline

LONG = "The council of Lindvik voted on Tuesday night " * 4


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Quay to close\n\nThe council voted.", "Quay to close"),
        ("  Quay\tto  close \r\nThe council voted.", "Quay to close"),
        ("Will the quay close?\nNobody knows.", "Will the quay close?"),
        ("x" * MAX_CHARS + "\nText.", "x" * MAX_CHARS),
    ],
)
def test_a_short_first_line_without_full_stop_is_the_title(text: str, title: str) -> None:
    assert headline(text) == (title, False)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The council voted. It took hours.\nMore.", "The council voted."),
        ("“The quay will close.”\nMore.", "“The quay will close.”"),
        ("Mr. Lind met U.S. engineers on St. Olav quay. He left.", "Mr. Lind met U.S. engineers on St. Olav quay."),
        ("“Close it!” said Mara Lind. So they did.", "“Close it!”"),
    ],
)
def test_else_the_first_sentence_is_ours(text: str, title: str) -> None:
    assert headline(text) == (title, True)


def test_a_long_sentence_is_cut_at_a_word() -> None:
    title, is_ours = headline(LONG + "and that was that.")
    assert is_ours
    assert len(title) <= MAX_CHARS + 1
    assert title.endswith("…")
    assert LONG.startswith(title.removesuffix("…") + " ")


def test_a_long_word_is_cut_anyway() -> None:
    assert headline("x" * 500) == ("x" * (MAX_CHARS - 1) + "…", True)


@given(st.text(min_size=1).filter(str.strip))
def test_any_text_has_a_title_on_one_line(text: str) -> None:
    title, _ = headline(text)
    assert 0 < len(title) <= MAX_CHARS + 1
    assert title == " ".join(title.split())
