"""The pipeline as a whole: any text, any batch."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import get_settings
from app.exchange import annotations_to_json
from app.nlp import pipeline, quotes
from app.nlp.pipeline import Titled, annotate, annotate_many, load, pipeline_version
from app.spans import Annotations, Spans

MODEL = get_settings().model
MAX = 100_000

PIECES = [
    "Ana Ruiz", "the minister", "she", "They", "Paris", "Israelis", "U.N.", "sources", "a spokesman", "Dr.", "Mr.",
    "said", "told", "according to", "that", "reportedly", "declined to comment", "wrote on X", ":", ",", ".", "—", "-",
    '"', "“", "”", "'", "’", "''", "«", "»", "(", ")", "\n", "\n\n", "\r\n", "\t", " ", "Reference(s):", "bbc.com",
    "é", "李明", "😀", "\u202e", "\u0301", "\x85", "\u2028", "Q:", "A:", "RUIZ:", "$3", "1996-08-22",
]  # fmt: skip
NEWSLIKE = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)


def check(text: str, found: Annotations) -> None:
    """Every offset lies inside the text, every reference leads somewhere."""
    actors = {actor.id for actor in found.actors}
    sources = {source.id for source in found.sources}
    assert len(actors) == len(found.actors)
    assert len(sources) == len(found.sources)
    assert len({quote.id for quote in found.quotes}) == len(found.quotes)
    for mention in found.mentions:
        assert_inside(text, ((mention.start, mention.end),))
        assert mention.actor in actors
    for toponym in found.toponyms:
        assert_inside(text, ((toponym.start, toponym.end),))
    for quote in found.quotes:
        assert quote.content
        for spans in (quote.content, quote.cue, quote.source):
            assert_inside(text, spans)
        assert quote.speaker is None or quote.speaker in actors
        assert quote.source_ref is None or quote.source_ref in sources
    for source in found.sources:
        assert_inside(text, source.mentions)
        assert source.actor is None or source.actor in actors
    assert_inside(text, found.references)
    names = {(mention.start, mention.end) for mention in found.mentions}
    assert names.isdisjoint((toponym.start, toponym.end) for toponym in found.toponyms)
    json.dumps(annotations_to_json("x", found)).encode()


def assert_inside(text: str, spans: Spans) -> None:
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert list(spans) == sorted(spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@given(st.lists(st.tuples(NEWSLIKE | st.text(max_size=200), st.text(max_size=30)), min_size=1, max_size=6))
@settings(max_examples=60)
def test_any_text_is_annotated_within_its_bounds(texts: list[tuple[str, str]]) -> None:
    found = list(annotate_many([Titled(*text) for text in texts], model=MODEL, max_chars=MAX))
    assert len(found) == len(texts)
    for (text, _), annotations in zip(texts, found, strict=True):
        assert annotations.state in ("annotated", "unsupported language")
        check(text, annotations)


def shuffled(n: int) -> str:
    words = ["said", "Ana", "the", "minister", "of", "Peru", "“we", "go”", "that", "and", "boats", "U.N.", "told"]
    chooser = random.Random(7)
    return " ".join(chooser.choice(words) for _ in range(n))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(shuffled(17_000), id="one sentence of 90,000 characters"),
        pytest.param("“" * 60_000, id="only opening marks"),
        pytest.param('" ' * 45_000, id="only straight marks"),
        pytest.param("(" * 60_000, id="only brackets"),
        pytest.param("A-" * 45_000, id="one long hyphenated name"),
        pytest.param("Ana Ruiz " * 10_000, id="one name again and again"),
        pytest.param("“We go,” she said. " * 5_000, id="five thousand quotes"),
        pytest.param("\n" * 90_000, id="only line breaks"),
        pytest.param("", id="nothing"),
    ],
)
def test_extreme_texts_are_annotated_too(text: str) -> None:
    found = annotate(Titled(text), model=MODEL, max_chars=MAX)
    assert found.state in ("annotated", "unsupported language")
    check(text, found)


def test_the_same_text_gives_the_same_annotations_alone_and_among_others() -> None:
    paths = sorted((Path(__file__).parents[2] / "seeds").glob("0*.txt"))
    texts = [Titled(path.read_text()) for path in paths]
    together = list(annotate_many(texts, model=MODEL, max_chars=MAX))
    assert together == list(annotate_many(texts, model=MODEL, max_chars=MAX))
    assert together == [annotate(text, model=MODEL, max_chars=MAX) for text in texts]


FRENCH = "Le président a dit que la réunion aurait lieu demain à Paris, selon des sources proches du dossier. " * 4


def test_a_text_that_is_refused_says_why_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [Titled("Ann Lee said hello."), Titled("x" * 200), Titled(FRENCH), Titled("Bob Ray said bye.")]
    found = list(annotate_many(texts, model=MODEL, max_chars=450))
    assert [each.state for each in found] == ["annotated", "annotated", "unsupported language", "annotated"]
    assert (found[2].language, found[2].reason) == ("fr", "only English is annotated")
    long = annotate(Titled("word " * 200), model=MODEL, max_chars=450)
    assert (long.state, long.reason) == ("too long", "1,000 characters; at most 450 are annotated")


def test_a_text_that_breaks_an_annotator_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = load(MODEL)
    component = nlp.get_pipe(quotes.NAME)

    def breaks_on_bob(doc):  # type: ignore[no-untyped-def]
        if "Bob" in doc.text:
            raise RuntimeError("a mistake of ours")
        return component(doc)

    monkeypatch.setattr(
        nlp, "_components", [(name, breaks_on_bob if name == quotes.NAME else each) for name, each in nlp._components]
    )
    says = "{} said the harbour is open again."
    texts = [Titled(says.format(name)) for name in ("Ann Lee", "Bob Ray", "Cy Orr")]
    found = list(annotate_many(texts, model=MODEL, max_chars=MAX))
    assert [each.state for each in found] == ["annotated", "failed", "annotated"]
    assert "a mistake of ours" in (found[1].reason or "")
    assert [len(each.quotes) for each in found] == [1, 0, 1]


def test_the_version_changes_with_model_settings_and_lexicons() -> None:
    versions = {pipeline_version(MODEL, MAX), pipeline_version(MODEL, MAX - 1), pipeline_version("other", MAX)}
    assert len(versions) == 3
    pipeline.pipeline_version.cache_clear()
    assert pipeline_version(MODEL, MAX) in versions
