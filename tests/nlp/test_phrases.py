from hypothesis import given
from hypothesis import strategies as st

from app.nlp.phrases import Phrases

PLACES = Phrases((name, name) for name in ("New York", "York", "U.S.", "US", "Korea", "Guinea-Bissau", "Guinea"))


def found(text: str) -> list[str]:
    return [place.value for place in PLACES.find(text)]


def test_the_longest_phrase_at_a_place_is_found() -> None:
    assert found("From York to New York and Guinea-Bissau.") == ["York", "New York", "Guinea-Bissau"]


def test_phrases_end_at_word_borders() -> None:
    assert found("Koreans paid US$5 in Korea's south, said the U.S.") == ["Korea", "U.S."]


def test_long_phrases_are_found_in_capitals_short_ones_as_written() -> None:
    assert found("NEW YORK AND KOREA TELL US; us") == ["New York", "Korea", "US"]


def test_names_of_accounts_are_not_places() -> None:
    assert found("@Korea and xKorea") == []


@given(st.text(alphabet="UNewYorkS. $-é\n"))
def test_found_offsets_hold_the_phrase(text: str) -> None:
    reached = 0
    for place in PLACES.find(text):
        assert reached <= place.start < place.end <= len(text)
        assert text[place.start : place.end] in {place.value, place.value.upper()}
        reached = place.end
