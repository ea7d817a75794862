"""What stands around the name of a place says which place it is, or that it is none."""

import pycountry
import pytest

from app.nlp.actors import actors
from app.nlp.countries import countries, mentioned
from tests.nlp.annotating import parser

ABBREVIATIONS = {
    "US": "Ala. Ariz. Ark. Calif. Colo. Conn. Del. Fla. Ga. Ill. Ind. Kan. Ky. La. Md. Mass. Mich. Minn. Miss. Mo."
    " Mont. Neb. Nev. N.H. N.J. N.M. N.Y. N.C. N.D. Okla. Ore. Pa. R.I. S.C. S.D. Tenn. Tex. Vt. Va. Wash. W.Va. Wis."
    " Wyo.",
    "CA": "Alta. B.C. Man. N.B. Nfld. N.S. Ont. P.E.I. Que. Sask. N.W.T.",
}
SUBDIVISIONS = [
    (str(place.country_code), str(place.name), str(place.code)[-2:])
    for place in pycountry.subdivisions
    if place.country_code in {"US", "CA"} and place.type in {"State", "Province", "Territory"}
]


def mentioned_in(text: str) -> tuple[str, ...]:
    doc = countries(actors(parser()(text)))
    return mentioned(doc._.toponyms, doc._.actors)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Washington said the deal was off.", {"Washington": "US"}),
        ("The Kremlin rejected the plan.", {"Kremlin": "RU"}),
        ("Tehran denied it.", {"Tehran": "IR"}),
        ("Beijing protested and Pyongyang answered.", {"Beijing": "CN", "Pyongyang": "KP"}),
        ("Brussels warned London about the deal.", {"Brussels": "BE", "London": "GB"}),
        ("Downing Street declined to comment.", {"Downing Street": "GB"}),
        ("The White House welcomed it. Pentagon officials agreed.", {"White House": "US", "Pentagon": "US"}),
    ],
)
def test_a_seat_of_government_stands_for_the_country(text: str, expected: dict[str, str]) -> None:
    doc = countries(actors(parser()(text)))
    assert {text[place.start : place.end]: place.country for place in doc._.toponyms} == expected
    assert doc._.actors == []


def test_the_european_union_is_an_organisation_and_of_no_country() -> None:
    doc = countries(actors(parser()("The European Union fined the company. The EU said so in Brussels.")))
    assert [(actor.name, actor.kind, actor.country) for actor in doc._.actors] == [
        ("European Union", "organisation", None)
    ]
    assert [place.country for place in doc._.toponyms] == ["BE"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Students at the University of Nairobi marched.", "KE"),
        ("The Bank of Japan raised rates.", "JP"),
        ("A fire broke out at Cairo International Airport.", "EG"),
        ("The Boston Globe wrote it.", "US"),
        ("He was treated at Berlin's Charite hospital.", "DE"),
        ("The London Stock Exchange fell.", "GB"),
        ("He supports Manchester United.", "GB"),
        ("The Georgia House passed a bill.", "US"),
    ],
)
def test_the_place_in_the_name_of_an_organisation_or_building_counts(text: str, code: str) -> None:
    doc = countries(actors(parser()(text)))
    assert mentioned(doc._.toponyms, doc._.actors) == (code,)
    assert {actor.country for actor in doc._.actors} <= {code}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BEIRUT (Reuters) - Shops opened on Monday.", "LB"),
        ("JERUSALEM, March 3 (Agency) - Shops opened on Monday.", "IL"),
        ("ATLANTA -- Shops opened on Monday.", "US"),
        ("LAGOS, Nigeria (AP) — Shops opened on Monday.", "NG"),
        ("WASHINGTON — Shops opened on Monday.", "US"),
        ("PARIS, Texas (AP) — Shops opened on Monday.", "US"),
        ("SANTIAGO DE COMPOSTELA, Spain — Shops opened.", "ES"),
        ("STRATFORD-UPON-AVON — Shops opened.", "GB"),
    ],
)
def test_a_dateline_names_where_the_story_was_written(text: str, code: str) -> None:
    assert mentioned_in(text) == (code,)


@pytest.mark.parametrize(("country", "name", "code"), SUBDIVISIONS, ids=[row[2] for row in SUBDIVISIONS])
def test_every_state_and_province_places_the_town_before_it(country: str, name: str, code: str) -> None:
    town = "Spokane" if name == "Washington" else "London"
    assert mentioned_in(f"He was born in {town}, {name}, and left in May.") == (country,)
    assert mentioned_in(f"He was born in {town}, {code}, and left in May.") == (country,)
    if name != "Georgia":
        assert mentioned_in(f"Voters in {name} went to the polls.") == (country,)


@pytest.mark.parametrize(
    ("country", "short"), [(country, short) for country, line in ABBREVIATIONS.items() for short in line.split()]
)
def test_so_do_their_abbreviations(country: str, short: str) -> None:
    assert mentioned_in(f"He was born in London, {short}, and left in May.") == (country,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The fair in Lebanon, Pa., is over.", "US"),
        ("They met in Athens, Ga., in May.", "US"),
        ("They met in Moscow, Idaho.", "US"),
        ("The governor of Georgia spoke in Atlanta.", "US"),
        ("Georgia's parliament met in Tbilisi.", "GE"),
        ("Voters in New Mexico stayed home.", "US"),
        ("King Abdullah of Jordan left the hall.", "JO"),
        ("Troops crossed into Chad.", "TD"),
        ("Mali asked for help.", "ML"),
        ("Turkey sent troops.", "TR"),
        ("The premier of Bermuda spoke in Hamilton.", "BM"),
        ("Police in Hamilton, Ontario, closed the road.", "CA"),
        ("Voters in Costa Rica went to the polls. San Jose was quiet.", "CR"),
        ("Engineers in San Jose met.", "US"),
        ("Engineers in Melbourne and Victoria met.", "AU"),
        ("Engineers in Vancouver and Victoria met. Canadian ministers praised them.", "CA"),
    ],
)
def test_the_words_around_tell_which_place_is_meant(text: str, code: str) -> None:
    assert mentioned_in(text) == (code,)


@pytest.mark.parametrize(
    "text",
    [
        "Jordan scored 30 points. Michael Jordan was tired.",
        "Jordan Marlow opened a shop. Jordan sold it.",
        "Chad Marlow came home. Chad slept.",
        "Georgia Kirby sang. Georgia was happy.",
        "Mali Okafor opened a shop. Mali sold it.",
        "Kenya Barlow wrote it. Cuba Gordon Jr. played in it.",
        "She roasted a turkey. Turkey is eaten in winter.",
        "China plates broke. The fine china broke.",
        "She keeps a Guinea pig. Guinea pigs are small.",
        "Brazil nuts, Swiss cheese, French fries and Chile peppers were sold.",
        "The Jersey shore was full. He wore a jersey.",
        "The vaccine was tested in West Africa.",
        "Eleven people died in San Telmo.",
    ],
)
def test_persons_beasts_and_dishes_are_no_countries(text: str) -> None:
    assert mentioned_in(text) == ()
