import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.marks import quotations

MARKED = st.text(alphabet=st.sampled_from("ab .,\n\"“”‘’'`«»„‹›"), max_size=60)


def inside(text: str) -> list[str]:
    return [text[item.start : item.end] for item in quotations(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Stay calm,” she said.", ["“Stay calm,”"]),
        ('"Stay calm," she said.', ['"Stay calm,"']),
        ("''Stay calm,'' she said.", ["''Stay calm,''"]),
        ("``Stay calm,'' she said.", ["``Stay calm,''"]),
        ("«Stay calm», she said.", ["«Stay calm»"]),
        ("‹Stay calm›, she said.", ["‹Stay calm›"]),
        ("«He told me ‹no› twice», she said.", ["«He told me ‹no› twice»"]),
        ("‘Stay calm,’ she said. ‘It’s over.’", ["‘Stay calm,’", "‘It’s over.’"]),
        ("'Stay calm,' she said.", ["'Stay calm,'"]),
        ("“He told me ‘no’ twice,” she said.", ["“He told me ‘no’ twice,”"]),
        ("The miners' union and the mayor's men left.", []),
    ],
)
def test_each_style_of_marks_is_read(text: str, expected: list[str]) -> None:
    assert inside(text) == expected


def test_a_quotation_that_is_never_closed_ends_with_its_paragraph() -> None:
    text = "She said: “The road is shut.\nBuses were late. “We wait,” he said."
    assert inside(text) == ["“The road is shut.", "“We wait,”"]


def test_a_quotation_over_paragraphs_is_marked_as_continued() -> None:
    first, second = quotations("“The road is shut.\n\n“It will open soon,” she said.")
    assert first.continued
    assert not second.continued


def test_a_closed_quotation_is_not_continued() -> None:
    first, _ = quotations("“The road is shut.”\n\n“It will open soon,” she said.")
    assert not first.continued


@given(MARKED | st.text(max_size=80))
def test_quotations_are_in_order_and_within_one_paragraph(text: str) -> None:
    found = quotations(text)
    reached = 0
    for item in found:
        assert reached <= item.start < item.end <= len(text)
        assert "\n" not in text[item.start : item.end]
        reached = item.end
