import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.blocks import block_after
from app.nlp.paragraphs import paragraph_spans
from tests.nlp.annotating import annotated, shown

TOLD = "The ferry left the pier at noon. It has not been seen since."


@pytest.mark.parametrize(
    ("lead", "source", "cue"),
    [
        ("The Harbour Times reports:", "The Harbour Times", "reports"),
        ("Calder wrote in a letter to the council:", "Calder", "wrote"),
        ("Here is what Calder said:", "Calder", "said"),
        ("Osei issued the following statement, adding:", "Osei", "adding"),
    ],
)
def test_a_paragraph_behind_a_cue_and_a_colon_is_quoted(lead: str, source: str, cue: str) -> None:
    doc = annotated(f"{lead}\n\n{TOLD}\n\nThe coast guard is looking for it.")
    assert ("indirect", source, cue, TOLD) in shown(doc)


@pytest.mark.parametrize(
    "text",
    [
        "The schedule is as follows:\n\nThe talks begin in Oslo on Monday.",
        "The minister has three demands:\n\nThe mine must close by the end of May.",
        "The jury announced the winners:\n\nInes Calder won for her novel.",
        "The report says:\n\n- The dam was never safe.\n\n- Its builders knew.",
        "The report says:",
    ],
)
def test_lists_and_colons_without_speech_introduce_no_block(text: str) -> None:
    assert not [quote for quote in annotated(text)._.quotes if quote.rule == "block-colon"]


def taken(text: str) -> list[str]:
    return [text[start:end] for start, end in block_after(text, paragraph_spans(text))]


def test_indented_paragraphs_go_on_as_long_as_they_are_indented() -> None:
    assert taken("  The ferry left.\n  It is gone.\nThe town waits.") == ["The ferry left.", "It is gone."]


def test_a_letter_goes_on_to_the_name_that_signs_it() -> None:
    letter = "Dear Editor,\nI was at the pier.\nNobody helped us.\nInes Calder, Port Ellis\nThe town waits."
    assert taken(letter) == ["Dear Editor", "I was at the pier.", "Nobody helped us."]


@given(
    st.lists(st.sampled_from(["Dear A,", "a b c d.", "\n", "  ", "> ", "- ", "“", "é", ":"]), max_size=40).map("".join)
)
def test_pieces_stay_in_order_inside_the_text(text: str) -> None:
    paragraphs = paragraph_spans(text)
    ends = [at for piece in block_after(text, paragraphs) for at in piece] if paragraphs else []
    assert ends == sorted(ends)


def test_a_block_goes_on_as_long_as_its_writer_speaks_of_himself() -> None:
    text = "Calder wrote to the town:\nI have served you for years.\nWe built the pier together.\nThe council met."
    assert shown(annotated(text)) == [
        ("indirect", "Calder", "wrote", "I have served you for years. … We built the pier together.")
    ]


def test_a_block_ends_where_somebody_else_is_quoted() -> None:
    text = "Calder wrote to the town:\nI have served you for years.\n“We do not believe it,” I heard Osei say.\n"
    assert shown(annotated(text))[0][3] == "I have served you for years."
