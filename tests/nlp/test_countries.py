import pytest
from spacy.tokens import Doc

from app.nlp.actors import actors
from app.nlp.countries import countries, in_focus, mentioned, speaking
from app.spans import SourceSpan, ToponymSpan
from tests.nlp.annotating import parser


def annotated(text: str) -> Doc:
    doc: Doc = countries(actors(parser()(text)))
    return doc


def places(text: str) -> list[tuple[str, str]]:
    return [(text[place.start : place.end], place.country) for place in annotated(text)._.toponyms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Washington said the talks with Tehran would go on.", [("Washington", "US"), ("Tehran", "IR")]),
        ("The Kremlin rejected the British plan.", [("Kremlin", "RU"), ("British", "GB")]),
        ("Palestinian sources spoke of talks in Gaza.", [("Palestinian", "PS"), ("Gaza", "PS")]),
        ("BEIRUT (Northern Wire) - Shops opened.", [("BEIRUT", "LB")]),
        ("She studies at the University of Arizona.", [("Arizona", "US")]),
        ("The ferry left for Bosnia-Herzegovina.", [("Bosnia-Herzegovina", "BA")]),
        ("Officials in Brussels met.", [("Brussels", "BE")]),
        ("The storm reached South Africa.", [("South Africa", "ZA")]),
    ],
)
def test_places_governments_and_nationalities_lead_to_a_country(text: str, expected: list[tuple[str, str]]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("He was born in Paris, Texas.", "US"),
        ("He was born in Paris.", "FR"),
        ("The fair in Lebanon, Pennsylvania, is over.", "US"),
        ("The fair in Lebanon is over.", "LB"),
        ("Troops left Tbilisi. Officials in Georgia were silent.", "GE"),
        ("Police in Atlanta, Georgia, were silent.", "US"),
        ("A fire broke out in London, Ontario, and London police closed the road.", "CA"),
        ("The Lebanon High School band played.", "US"),
        ("A Jordan woman lost her dog.", "US"),
        ("A Jordanian woman spoke. Officials in Jordan were silent.", "JO"),
        ("The Sheriff said the County has a new high school. The City Council met. The fair is in Paris.", "US"),
        ("Republican senators and the U.S. Legislature praised the talks in Paris.", "FR"),
        ("Roads in Mobile, Tallahassee, Pensacola, Panama City and Dothan are open.", "US"),
        ("Crowds gathered. TORRINGTON — Shops closed early. A program for Torrington businesses will help.", "US"),
        ("They met in Lansing State Police offices.", "US"),
    ],
)
def test_a_name_of_several_places_goes_where_the_story_points(text: str, code: str) -> None:
    assert places(text)[-1][1] == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The book praises Cambridge. Cambridge councillors and pupils met in the High Street.", "GB"),
    ],
)
def test_words_of_local_life_tell_which_town_is_meant(text: str, code: str) -> None:
    assert {country for _, country in places(text)} == {code}


@pytest.mark.parametrize(
    "text",
    [
        "Denzel Washington said he was tired.",
        "The ships crossed the Indian Ocean.",
        "He bought turkey and china.",
        "The conference drew guests from Asia and Europe.",
        "She lives at 12 Dublin Road.",
        "The tasks are listed in As police reports.",
        "Fans met in Central, and in rehab.",
        "The tank in WA is empty.",
    ],
)
def test_what_only_looks_like_a_place_leads_nowhere(text: str) -> None:
    assert places(text) == []


def test_a_people_is_an_actor_and_not_a_place() -> None:
    doc = annotated("The Palestinians waited.")
    assert [actor.name for actor in doc._.actors] == ["Palestinians"]
    assert doc._.toponyms == []


def test_a_town_found_once_is_found_everywhere() -> None:
    assert places("Police in Roswell closed a road. Roswell is quiet.") == [("Roswell", "US"), ("Roswell", "US")]


def test_mentioned_lists_each_country_once() -> None:
    spans = [ToponymSpan(0, 1, "US", "r"), ToponymSpan(2, 3, "IL", "r"), ToponymSpan(4, 5, "US", "r")]
    assert mentioned(spans) == ("IL", "US")
    assert mentioned([]) == ()


def test_in_focus_is_what_is_named_most() -> None:
    far = [ToponymSpan(1000 + i, 1001 + i, code, "r") for i, code in enumerate(["FR", "DE", "DE", "DE", "DE", "DE"])]
    assert in_focus(far, "x" * 2000, "") == ("DE",)


def test_in_focus_heeds_the_title() -> None:
    spans = [ToponymSpan(1000, 1001, "FR", "r"), ToponymSpan(1002, 1003, "DE", "r")]
    assert in_focus(spans, "x" * 2000, "Berlin votes")[0] == "DE"
    assert in_focus([], "", "") == ()


def test_speaking_lists_the_countries_of_the_sources() -> None:
    assert speaking([_source("IR"), _source(None), _source("IL"), _source("IR")]) == ("IL", "IR")


def _source(country: str | None) -> SourceSpan:
    return SourceSpan(
        id="s1",
        name="officials",
        form="unnamed group",
        affiliation="government",
        role=None,
        channel=None,
        former=False,
        unnamed=True,
        anonymous=False,
        reason=None,
        actor=None,
        country=country,
        mentions=((0, 1),),
        rule="r",
    )
