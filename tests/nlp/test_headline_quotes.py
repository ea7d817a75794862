import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nlp.annotating import annotated, shown

STORY = "\nThe town waits for its harbour."


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("Mayor: harbour will reopen in May", ("Mayor", ":", "harbour will reopen in May")),
        ("Harbour will reopen in May: mayor", ("mayor", ":", "Harbour will reopen in May")),
        ("Harbour to reopen in May – mayor", ("mayor", "–", "Harbour to reopen in May")),
        ("Dozens killed in dam burst: state media", ("state media", ":", "Dozens killed in dam burst")),
        ("Calder's verdict: the bridge is unsafe", ("Calder", ":", "the bridge is unsafe")),
    ],
)
def test_a_headline_tells_who_says_it_at_either_end(headline: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(headline + STORY)) == [("indirect", *expected)]


@pytest.mark.parametrize(
    "headline",
    [
        "The Latest: harbour opens in May",
        "Atlantic Cup draw: Group B",
        "Harbour reopens – at last",
        "Harbour: mayor",
        "Two pensioners, five borders: the night train is back",
    ],
)
def test_other_headlines_have_no_speaker(headline: str) -> None:
    assert shown(annotated(headline + STORY)) == []


def test_a_role_alone_is_an_unnamed_person() -> None:
    doc = annotated("Mayor: harbour will reopen in May" + STORY)
    assert [source.form for source in doc._.sources] == ["unnamed person"]


@given(st.lists(st.sampled_from([":", " – ", "Calder", "mayor", "says", "“", "\n", " ", "é", "."]), max_size=15))
def test_quotes_of_any_headline_lie_inside_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    for quote in annotated(text)._.quotes:
        assert all(0 <= start < end <= len(text) for start, end in (*quote.content, *quote.cue, *quote.source))
