from hypothesis import given
from hypothesis import strategies as st

from app.nlp.fingerprint import BANDS, bands
from app.shingles import resemblance, shingles

WORDS = " ".join(f"word{n}" for n in range(200))


@given(st.text(max_size=400))
def test_any_text_has_the_same_bands_every_time_and_short_ones_none(text: str) -> None:
    found = bands(text)
    assert found == bands(text)
    assert len(found) in (0, BANDS)
    assert all(0 <= band < 2**63 for band in found)


def test_a_text_with_a_few_words_changed_shares_a_band_and_another_text_none() -> None:
    changed = WORDS.replace("word50 ", "harbour ").replace("word120 ", "strike ")
    assert set(bands(WORDS)) & set(bands(changed))
    assert not set(bands(WORDS)) & set(bands(WORDS.replace("word", "other")))


def test_case_and_punctuation_do_not_count() -> None:
    assert bands(WORDS.upper().replace(" ", ", ")) == bands(WORDS)


@given(st.text(max_size=200), st.text(max_size=200))
def test_resemblance_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    found = resemblance(shingles(one), shingles(other))
    assert 0 <= found <= 1
    assert found == resemblance(shingles(other), shingles(one))
    assert resemblance(shingles(one), shingles(one)) == (1.0 if shingles(one) else 0.0)
