"""The story of public record among the demo stories: what the annotators find in it, from its text alone."""

from pathlib import Path

import pytest

from app.config import get_settings
from app.nlp.pipeline import Titled, annotate
from app.read import read_paths
from app.spans import Annotations, QuoteSpan, RawStory, Spans

STORY = next((Path(__file__).parents[1] / "seeds").glob("01-*.txt"))


@pytest.fixture(scope="module")
def retold() -> tuple[str, Annotations]:
    """The story's text and annotations."""
    settings = get_settings()
    story = next(read_paths([STORY], max_bytes=settings.max_story_bytes))
    assert isinstance(story, RawStory)
    found = annotate(Titled(story.text, story.title), model=settings.model, max_chars=settings.max_annotated_chars)
    return story.text, found


def words(text: str, spans: Spans) -> list[str]:
    return [text[start:end] for start, end in spans]


def quotes_of(found: Annotations, name: str) -> list[QuoteSpan]:
    names = {actor.id: actor.name for actor in found.actors}
    return [quote for quote in found.quotes if quote.speaker and names[quote.speaker] == name]


def test_the_people_are_three_and_have_their_roles(retold: tuple[str, Annotations]) -> None:
    _, found = retold
    people = {actor.name: (actor.country, actor.roles) for actor in found.actors if actor.kind == "person"}
    assert people == {
        "Donald Trump": ("US", ("U.S. President",)),
        "Benjamin Netanyahu": ("IL", ("Israel’s Prime Minister",)),
        "Steve Witkoff": ("US", ("U.S. special envoy",)),
    }


def test_the_bodies_are_hamas_and_the_united_nations(retold: tuple[str, Annotations]) -> None:
    _, found = retold
    assert {actor.name for actor in found.actors if actor.kind == "organisation"} == {"Hamas", "U.N."}


def test_places_peoples_and_capitals_lead_to_five_countries(retold: tuple[str, Annotations]) -> None:
    text, found = retold
    assert found.countries == ("IL", "IR", "PS", "QA", "US")
    by_words = {text[toponym.start : toponym.end]: toponym.country for toponym in found.toponyms}
    expected = {"Gaza": "PS", "Palestinian": "PS", "Tehran": "IR", "Washington": "US", "Qatar": "QA", "Israel": "IL"}
    assert expected.items() <= by_words.items()
    assert {"IL", "PS"} <= set(found.focus)
    assert set(found.speaking) == {"IL", "PS", "US"}


def test_netanyahu_speaks_directly_twice_once_in_two_pieces(retold: tuple[str, Annotations]) -> None:
    text, found = retold
    first, second = (quote for quote in quotes_of(found, "Benjamin Netanyahu") if quote.kind == "direct")
    assert words(text, first.content) == [
        "“We’re working with the United States very closely about finding countries that will seek to realize"
        " what they always say,”",
        "“I think we’re getting close to finding several countries.”",
    ]
    assert (words(text, first.source), words(text, first.cue)) == (["Netanyahu"], ["told"])
    assert words(text, second.content) == [
        "“If people want to stay, they can stay, but if they want to leave, they should be able to leave,”"
    ]
    assert (words(text, second.source), words(text, second.cue)) == (["he"], ["said"])


def test_trump_is_quoted_in_part(retold: tuple[str, Annotations]) -> None:
    text, found = retold
    mixed = [quote for quote in found.quotes if quote.kind == "mixed"]
    assert [words(text, quote.source) for quote in mixed] == [["Trump"]]
    assert mixed == [quote for quote in quotes_of(found, "Donald Trump") if quote.kind == "mixed"]
    assert "“permanent deal.”" in words(text, mixed[0].content)[0]


@pytest.mark.parametrize(
    ("speaker", "cue", "beginning"),
    [
        ("Donald Trump", "said", "Washington has put talks with Iran"),
        ("Benjamin Netanyahu", "suggested", "that the people of Gaza could choose"),
        ("Steve Witkoff", "said", "a meeting could be held"),
    ],
)
def test_reported_speech_has_its_speaker(
    retold: tuple[str, Annotations], speaker: str, cue: str, beginning: str
) -> None:
    text, found = retold
    indirect = [quote for quote in quotes_of(found, speaker) if quote.kind == "indirect"]
    assert any(
        words(text, quote.cue) == [cue] and words(text, quote.content)[0].startswith(beginning) for quote in indirect
    )


def test_the_sources_are_named_and_unnamed_and_a_reference(retold: tuple[str, Annotations]) -> None:
    text, found = retold
    sources = {source.name: source for source in found.sources}
    palestinian = sources["Palestinian sources"]
    assert (palestinian.form, palestinian.unnamed, palestinian.country) == ("unnamed group", True, "PS")
    assert len(palestinian.mentions) == 2
    assert sources["U.N. agencies"].affiliation == "international body"
    assert sources["cgtn.com"].form == "other media"
    assert words(text, found.references) == ["cgtn.com"]
    assert sources["Benjamin Netanyahu"].form == "named person"
