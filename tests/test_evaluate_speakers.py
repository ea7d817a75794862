import pytest

from app.evaluate.speakers import is_same, score
from app.spans import ActorSpan, Annotations, QuoteKind, QuoteSpan

TEXT = "“The pier is safe,” Ines Calder said. “Nobody knows,” a clerk said. “We rang the bell,” she added."
CALDER = ActorSpan("a1", "Calder", "person")
OSEI = ActorSpan("a2", "Daniel Osei", "person")
GOLD = {
    "quotes": [
        {"start": 0, "end": 19, "speaker": "Ines Calder"},
        {"start": 38, "end": 53, "speaker": None},
        {"start": 68, "end": 87, "speaker": "Ines Calder"},
    ]
}


def quote(start: int, end: int, speaker: str | None, kind: QuoteKind = "direct") -> QuoteSpan:
    return QuoteSpan(f"q{start}", kind, ((start, end),), (), (), speaker, None, "test")


def figures(*quotes: QuoteSpan) -> dict[str, float]:
    found = Annotations("annotated", actors=(CALDER, OSEI), quotes=quotes)
    return score({"one": GOLD}, {"one": TEXT}, {"one": found})


def test_every_speaker_right() -> None:
    found = figures(quote(0, 18, "a1"), quote(39, 53, None), quote(68, 87, "a1"))
    assert found == {
        "quotes found": 100.0,
        "speakers resolved": 100.0,
        "right of those resolved": 100.0,
        "speakers unresolved": 0.0,
        "resolved where nobody named speaks": 0.0,
    }


def test_wrong_open_and_invented_speakers_are_told_apart() -> None:
    found = figures(quote(0, 18, "a2"), quote(38, 53, "a2"), quote(68, 87, None))
    assert found["speakers resolved"] == 50.0
    assert found["right of those resolved"] == 0.0
    assert found["speakers unresolved"] == 50.0
    assert found["resolved where nobody named speaks"] == 100.0


def test_a_quote_that_shares_too_little_or_has_no_marks_is_not_found() -> None:
    found = figures(quote(0, 4, "a1"), quote(68, 87, "a1", "indirect"))
    assert found["quotes found"] == 0.0


def test_the_held_out_half_has_figures_of_its_own() -> None:
    gold = {"one": {**GOLD, "held_out": True}, "two": {**GOLD, "held_out": False}}
    nothing = Annotations("annotated")
    everything = Annotations("annotated", actors=(CALDER,), quotes=(quote(0, 18, "a1"),))
    found = score(gold, {"one": TEXT, "two": TEXT}, {"one": nothing, "two": everything})
    assert found["held out: quotes found"] == 0.0
    assert found["quotes found"] == pytest.approx(100 / 6)


@pytest.mark.parametrize(
    ("wanted", "got", "same"),
    [
        ("Ines Calder", "Ines Calder", True),
        ("Ines Calder", "CALDER", True),
        ("Inès M. Calder", "Ines Calder", True),
        ("Ines Calder Jr.", "Ines Calder", True),
        ("The Harbour Post", "Harbour Post", True),
        ("Ines Calder", "Tom Calder", False),
        ("Ines Calder", "Ines", False),
        ("Ines Calder", "Daniel Osei", False),
        ("?", "?", True),
        ("?", "Osei", False),
    ],
)
def test_a_name_is_the_same_in_a_fuller_or_shorter_form(wanted: str, got: str, same: bool) -> None:
    assert is_same(wanted, got) is same
