import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.transcripts import turns
from app.spans import ActorSpan
from tests.nlp.annotating import annotated, found, shown

TALK = "A talk on the pier:\nCALDER: Is it safe?\nOSEI (on the phone): It is. We built it.\nCALDER: Thank you.\n"
ACCENTED = "IBÁÑEZ: Is it safe?\nŁUCZAK: It is.\nE\u0301MILE O’NEIL: Who knows?\nIBÁÑEZ: Thank you.\n"
MARKED = '"CALDER: Is it safe?\n"OSEI: It is.\n"We built it.\n"(LAUGHTER.)\n"CALDER: Thank you.\nThe talk ended.'


def told(text: str) -> list[tuple[str, list[str]]]:
    return [(text[slice(*turn.name)], [text[slice(*piece)] for piece in turn.content]) for turn in turns(text)]


def test_each_paragraph_behind_a_name_in_capitals_is_a_turn() -> None:
    assert told(TALK) == [
        ("CALDER", ["Is it safe?"]),
        ("OSEI", ["It is. We built it."]),
        ("CALDER", ["Thank you."]),
    ]


def test_capitals_of_any_alphabet_are_labels() -> None:
    assert [name for name, _ in told(ACCENTED)] == ["IBÁÑEZ", "ŁUCZAK", "E\u0301MILE O’NEIL", "IBÁÑEZ"]


def test_a_turn_goes_on_where_the_next_paragraph_opens_with_a_mark() -> None:
    assert told(MARKED) == [
        ("CALDER", ["Is it safe?"]),
        ("OSEI", ["It is.", '"We built it.']),
        ("CALDER", ["Thank you."]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "CALDER: Is it safe?\nOSEI: It is.",
        "CALDER: Is it safe?\nCALDER: It is.\nCALDER: Thank you.",
        "UPDATE: The pier is safe.\nVIDEO: The pier.\nUPDATE: The pier is new.",
        "Calder: Is it safe?\nOsei: It is.\nCalder: Thank you.",
    ],
)
def test_few_or_other_labels_are_no_transcript(text: str) -> None:
    assert turns(text) == []


def test_a_turn_is_a_quote_of_the_person_with_that_surname() -> None:
    calder, osei = ActorSpan("a1", "Ines Calder", "person"), ActorSpan("a2", "Daniel Osei", "person")
    doc = annotated(TALK, {calder: (), osei: ()})
    quotes = [quote for quote in found(doc) if quote.rule == "transcript"]
    assert [quote.speaker for quote in quotes] == ["a1", "a2", "a1"]


def test_marks_inside_a_transcript_make_no_further_quotes() -> None:
    assert [content for _, _, _, content in shown(annotated(MARKED))] == [
        "Is it safe?",
        'It is. … "We built it.',
        "Thank you.",
    ]


@given(st.lists(st.sampled_from(['"', "“", "AB: ", "CD: ", "x", "\n", " ", "(", "É: "]), max_size=60).map("".join))
def test_turns_stay_in_order_inside_the_text(text: str) -> None:
    pieces = [span for turn in turns(text) for span in (turn.name, turn.colon, *turn.content)]
    ends = [at for span in pieces for at in span]
    assert ends == sorted(ends)
    assert all(0 <= start < end <= len(text) for start, end in pieces)
