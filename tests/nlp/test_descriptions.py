import pytest
from spacy.tokens import Span

from app.nlp.descriptions import descriptions, is_aged, leads, studies, title_before
from tests.nlp.annotating import annotated


def described(text: str, name: str) -> list[str]:
    return [stretch.text for stretch in descriptions(named(text, name))]


def named(text: str, name: str) -> Span:
    start = text.index(name)
    found = annotated(text).char_span(start, start + len(name))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Denmark’s water minister Ines Calder said it was time.", "Denmark’s water minister"),
        ("The trade group Umber argued that it was time.", "trade group"),
        ("Retired colonel Ines Calder said it was time.", "Retired colonel"),
        ("Secretary of State Ines Calder said it was time.", "Secretary of State"),
        ("Ines Calder, an engineer at Umber Rail, said it was time.", "an engineer at Umber Rail"),
        ("“It is time,” said Ines Calder of the Tide Council.", "of the Tide Council"),
        ("Ines Calder, who chairs the works council, said it was time.", "the works council"),
        ("A plane for Ines Calder’s campaign landed.", "campaign"),
    ],
)
def test_words_beside_a_name_describe_its_bearer(text: str, told: str) -> None:
    assert told in described(text, "Umber" if "group" in text else "Ines Calder")


@pytest.mark.parametrize("text", ["Ines Calder said it was time.", "“No,” Ines Calder said.", "It was Ines Calder"])
def test_a_bare_name_has_no_description(text: str) -> None:
    assert described(text, "Ines Calder") == []


def test_who_leads_and_who_studies() -> None:
    leader = named("Ines Calder, who heads the ward, said it was time.", "Ines Calder")
    scholar = named("Ines Calder, who studies tides, said it was time.", "Ines Calder")
    assert (leads(leader), studies(leader)) == (True, False)
    assert (leads(scholar), studies(scholar)) == (False, True)


def test_an_age_is_no_description() -> None:
    assert is_aged(named("Ines Calder, 61, said it was time.", "Ines Calder"))
    assert not is_aged(named("Ines Calder, a mayor, said it was time.", "Ines Calder"))


def test_the_title_ends_where_the_name_begins() -> None:
    assert title_before(named("The mayor Ines Calder said it was time.", "Ines Calder")).text == "mayor"
