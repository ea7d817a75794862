"""The scorers, on stories annotated by hand here."""

import json
from pathlib import Path

import pytest

from app.config import get_settings
from app.evaluate import actors, countries, quotes
from app.evaluate.figures import Tally, pair
from app.evaluate.run import evaluate
from app.spans import ActorSpan, Annotations, MentionSpan, QuoteSpan, Spans
from tests.factories import make_annotations, span_of

TEXT = "“We go,” Ana Ruiz said. Ruiz thinks it rains. Bob Lund said that Peru wins."


def spans(*words: str) -> Spans:
    return tuple(span_of(TEXT, each) for each in words)


def gold_quote(content: str, source: str, cue: str, kind: str) -> dict[str, object]:
    return {"content": spans(content), "source": spans(source), "cue": spans(cue), "kind": kind}


GOLD = {
    "1": {
        "attributions": [
            gold_quote("We go", "Ana Ruiz", "said", "direct"),
            gold_quote("it rains", "Ruiz thinks", "thinks", "indirect"),
            gold_quote("that Peru wins", "Bob Lund", "said that", "indirect"),
        ]
    }
}


def said(content: str, source: str, kind: str) -> QuoteSpan:
    return QuoteSpan("q1", kind, spans(content), (), spans(source), None, None, "test")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "figures"),
    [
        pytest.param([], (0, 0, 0), id="nothing"),
        pytest.param([said("“We go,”", "Ana Ruiz", "direct")], (100, 50, 100), id="one right"),
        pytest.param([said("“We go,”", "Bob Lund", "direct")], (0, 0, 0), id="wrong source"),
        pytest.param(
            [said("“We go,”", "Ruiz said", "direct"), said("it rains", "Ruiz thinks", "indirect")],
            (100, 50, 100),
            id="a thought counts neither way",
        ),
        pytest.param(
            [said("“We go,”", "Ana", "direct"), said("Peru wins", "Bob", "indirect")], (100, 100, 100), id="all"
        ),
        pytest.param(
            [said("“We go,”", "Ana", "direct"), said("“We go,”", "Ana", "direct")], (50, 50, 200 / 3), id="twice"
        ),
    ],
)
def test_a_quote_counts_where_words_and_source_agree(
    found: list[QuoteSpan], figures: tuple[float, float, float]
) -> None:
    scored = quotes.score(GOLD, {"1": TEXT}, {"1": Annotations("annotated", quotes=tuple(found))})
    precision, recall, direct = figures
    assert scored["attribution, precision"] == pytest.approx(precision)
    assert scored["attribution, recall"] == pytest.approx(recall)
    assert scored["attribution, direct, F1"] == pytest.approx(direct)


def test_people_count_by_the_name_they_are_shown_under() -> None:
    full, other = span_of(TEXT, "Ana Ruiz"), span_of(TEXT, "Bob Lund")
    short = span_of(TEXT, "Ruiz", after=full[1])
    gold = {"mentions": [{"start": start, "end": end, "type": "PERSON", "eid": "a"} for start, end in (full, short)]}
    found = Annotations(
        "annotated",
        actors=(ActorSpan("a1", "Ana Ruiz", "person"), ActorSpan("a2", "Bob Lund", "person")),
        mentions=tuple(
            MentionSpan(*span, "PERSON", "name", actor, "test")
            for span, actor in ((full, "a1"), (short, "a1"), (other, "a2"))
        ),
    )
    scored = actors.score({"1": gold}, {"1": TEXT}, {"1": found})
    assert scored["mentions of people, exact, recall"] == 100
    assert scored["mentions of people, exact, precision"] == pytest.approx(200 / 3)
    assert (scored["distinct people, precision"], scored["distinct people, recall"]) == (50, 100)
    assert scored["short forms shown under the full name"] == 100


def test_countries_and_focus_are_compared_as_sets() -> None:
    text = "Lima and Oslo."
    gold = {"1": {"countries": ["NO", "SE"], "toponyms": [{"country": "NO"}, {"country": "SE"}, {"country": "NO"}]}}
    found = make_annotations(text, countries={"Lima": "PE", "Oslo": "NO"}, focus=["NO"])
    scored = countries.score(gold, {"1": text}, {"1": found})
    assert (scored["countries, precision"], scored["countries, recall"]) == (50, 50)
    assert (scored["country in focus"], scored["stories with exactly the right countries"]) == (100, 0)


def test_pairs_are_one_to_one_and_the_best_first() -> None:
    assert pair([1, 5], [4, 5, 9], lambda one, other: max(0, 3 - abs(one - other))) == [(1, 1)]
    assert Tally(1, 2, 4).figures("x") == {
        "x, precision": 50,
        "x, recall": 25,
        "x, F1": pytest.approx(100 / 3),
    }


def test_gold_without_its_texts_says_what_to_do(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": "a", "countries": ["NO"], "toponyms": [{"country": "NO"}]}))
    settings = get_settings()
    with pytest.raises(ValueError, match="--texts"):
        evaluate("countries", gold, [], settings, lambda: None)
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a").write_text("The mayor of Oslo spoke.")
    figures = evaluate("countries", gold, [texts], settings, lambda: None)
    assert (figures["countries, F1"], figures["country in focus"]) == (100, 100)
