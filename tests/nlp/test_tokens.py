import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.tokens import MAX_RUN, text_of, tokenise

NLP = spacy.blank("en")


@given(st.text(max_size=50).map(lambda text: text * 30))
def test_the_tokens_put_together_are_the_text(text: str) -> None:
    assert tokenise(NLP, text).text == text


@given(st.text(max_size=50))
def test_the_text_is_told_of_any_doc(text: str) -> None:
    assert text_of(tokenise(NLP, text)) == text_of(NLP(text)) == text


@pytest.mark.parametrize("mark", ["(", '"', "“", "-", "A-", "."])
def test_a_long_run_without_spaces_is_cut(mark: str) -> None:
    text = f"Before {mark * 60_000} after."
    doc = tokenise(NLP, text)
    assert doc.text == text
    assert max(len(token) for token in doc) <= MAX_RUN
    assert [doc[0].text, doc[-2].text, doc[-1].text] == ["Before", "after", "."]
