import pytest

from tests.nlp.annotating import annotated, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The mayor was clear: the bridge will shut.", ("The mayor", "was clear", "the bridge will shut")),
        (
            "The mayor's message was simple: the bridge will shut.",
            ("The mayor", "message was simple", "the bridge will shut"),
        ),
        ("Calder put it bluntly: the bridge must go.", ("Calder", "put it bluntly", "the bridge must go")),
    ],
)
def test_what_is_said_plainly_stands_behind_a_colon(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [("indirect", *expected)]


def test_words_in_marks_behind_plain_words_are_direct() -> None:
    assert shown(annotated("The mayor was clear: “The bridge will shut.”")) == [
        ("direct", "The mayor", "was clear", "“The bridge will shut.”")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The rule was clear: nobody may swim here.",
        "It was clear: the bridge would shut.",
        "The mayor was clear on three things: roads, wells and bridges.",
        "The mayor was clear:",
        ":",
    ],
)
def test_what_nobody_says_behind_a_colon_is_no_quote(text: str) -> None:
    assert shown(annotated(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Calder – “The bridge is unsafe.”\nThe town voted.", ("Calder", "–", "“The bridge is unsafe.”")),
        (
            "Tide surveys of May - Ines Calder: “The bridge is unsafe.”\nThe town voted.",
            ("Ines Calder", ":", "“The bridge is unsafe.”"),
        ),
        (
            "In town after town, Calder fights for higher wages: “Nobody should be poor.”",
            ("Calder", ":", "“Nobody should be poor.”"),
        ),
    ],
)
def test_a_name_before_a_dash_or_colon_speaks(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [("direct", *expected)]
