"""Every country and territory is found by its names, its people and its capital."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from spacy.tokens import Doc

from app.country_names import country_names
from app.nlp.actors import actors
from app.nlp.countries import countries, mentioned
from tests.nlp.annotating import parser

LINES = (Path(__file__).parent / "country_words.tsv").read_text(encoding="utf-8").splitlines()
ROWS = [(line.split("\t") + [""] * 4)[:5] for line in LINES if not line.startswith("#")]
# A word of several countries, which leads to another one where nothing tells.
SHARED = "*"


def named(doc: Doc) -> tuple[str, ...]:
    countries(actors(doc))
    return mentioned(doc._.toponyms, doc._.actors)


def mentioned_in(text: str) -> tuple[str, ...]:
    return named(parser()(text))


def sentences(names: str, nationalities: str, people: str, capitals: str) -> Iterator[tuple[str, str]]:
    """Each word with a sentence around it."""
    yield from ((word, f"Rain fell in {word} on Monday.") for word in names.split("|"))
    yield from ((word, f"A {word} ship left the harbour.") for word in nationalities.split("|") if word)
    for word in filter(None, people.split("|")):
        one = not word.endswith(("s", "men"))
        yield word, f"A {word} was on board." if one else f"Two {word} were on board."
    yield from ((word, f"The ship lay in {word} for a day.") for word in capitals.split("|") if word)


def test_the_list_holds_every_country() -> None:
    assert {row[0] for row in ROWS} == country_names().keys()


@pytest.mark.parametrize(("code", "names", "nationalities", "people", "capitals"), ROWS, ids=[row[0] for row in ROWS])
def test_every_word_leads_to_its_country(code: str, names: str, nationalities: str, people: str, capitals: str) -> None:
    also = f" Snow fell in {names.split('|')[-1]}."
    found = sentences(names, nationalities, people, capitals)
    texts = [text.replace(SHARED, "") + (also if word.endswith(SHARED) else "") for word, text in found]
    assert [(doc.text, named(doc)) for doc in parser().pipe(texts)] == [(text, (code,)) for text in texts]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The Congolese army was silent.", "CD"),
        ("Shops opened in Brazzaville, and the Congolese army was silent.", "CG"),
        ("The Congolese minister left Kinshasa for Brazzaville and came back to Kinshasa.", "CD"),
        ("Dominicans stayed at home.", "DO"),
        ("Shops opened in Roseau. Dominicans stayed at home.", "DM"),
    ],
)
def test_a_word_of_two_countries_goes_to_the_one_that_the_story_names(text: str, code: str) -> None:
    doc = countries(actors(parser()(text)))
    word = text.index("Congolese" if "Congolese" in text else "Dominicans")
    peoples = [actor.country for actor in doc._.actors]
    assert [place.country for place in doc._.toponyms if place.start == word] + peoples == [code]


@pytest.mark.parametrize("word", ["Kurdish", "Kurds", "Arab", "European", "Asian", "African"])
def test_these_lead_to_no_country(word: str) -> None:
    assert mentioned_in(f"Two {word} boats left the harbour.") == ()


def test_french_is_of_no_territory() -> None:
    assert mentioned_in("A French ship left the harbour, and the French cheered.") == ("FR",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She learned English and Welsh. English is hard. He speaks Polish.", ()),
        ("The book was translated from Korean into English.", ()),
        ("English, Scottish and Welsh ministers met.", ("GB",)),
        ("He reached the North Pole.", ()),
        ("A Pole and a Scot met another Dane.", ("DK", "GB", "PL")),
    ],
)
def test_languages_and_poles(text: str, expected: tuple[str, ...]) -> None:
    assert mentioned_in(text) == expected
