import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.references import reference_list


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The end.\nReference(s):\nharbourpost.example", ["harbourpost.example"]),
        ("The end.\nSource: Harbour Post, Daily Tide", ["Harbour Post", "Daily Tide"]),
        ("The end.\nSources: Harbour Post; Daily Tide. They are linked above.", ["Harbour Post", "Daily Tide"]),
        ("The end.\nSources: St. Louis Post; U.S. News", ["St. Louis Post", "U.S. News"]),
        ("The end.\n\nReferences:\n- Harbour Post\n- Daily Tide\n", ["Harbour Post", "Daily Tide"]),
        ("The end.\nSources\nHarbour Post, 3 May\nDaily Tide", ["Harbour Post, 3 May", "Daily Tide"]),
        ("The end.\nReferences\nharbourpost.example", ["harbourpost.example"]),
        ("The end.\nSources\n" + "The story goes on. " * 6, []),
        ("The end.", []),
        ("Source of the river: unknown.", []),
        ("Source: Harbour Post\n" + "The story goes on. " * 20, []),
        ("The end.\nSource:", []),
    ],
)
def test_the_list_at_the_foot_is_read(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in reference_list(text)] == expected


@given(st.text(max_size=60), st.text(max_size=40))
def test_items_lie_inside_any_text(before: str, behind: str) -> None:
    text = f"{before}\nSource: {behind}"
    assert all(0 <= start < end <= len(text) for start, end in reference_list(text))
