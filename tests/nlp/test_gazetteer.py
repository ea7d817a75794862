import pycountry
import pytest

from app.nlp import gazetteer
from app.nlp.lexicons import rows

CODES = {country.alpha_2 for country in pycountry.countries} | {"XK"}


def test_every_country_has_a_row() -> None:
    assert {row[0] for row in rows("countries.tsv")} == CODES


def test_every_reading_leads_to_a_code() -> None:
    assert {reading.country for reading in gazetteer.readings().values()} <= CODES


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("U.S.", "US"),
        ("UK", "GB"),
        ("UAE", "AE"),
        ("DR Congo", "CD"),
        ("Ivory Coast", "CI"),
        ("Burma", "MM"),
        ("Kosovo", "XK"),
        ("Gaza", "PS"),
        ("West Bank", "PS"),
        ("Tehran", "IR"),
        ("Washington", "US"),
        ("Brussels", "BE"),
        ("the Kremlin".removeprefix("the "), "RU"),
        ("Briton", "GB"),
        ("Scottish", "GB"),
        ("Welsh", "GB"),
        ("Turk", "TR"),
        ("Swede", "SE"),
        ("Dane", "DK"),
        ("Poles", "PL"),
        ("Finn", "FI"),
        ("Spaniard", "ES"),
        ("Serb", "RS"),
        ("Croat", "HR"),
        ("Saudi", "SA"),
        ("Korean", "KR"),
        ("French", "FR"),
        ("Dutch", "NL"),
        ("Texas", "US"),
        ("Mumbai", "IN"),
        ("BEIRUT", "LB"),
    ],
)
def test_words_lead_to_their_country(name: str, code: str) -> None:
    known = gazetteer.reading(name)
    assert known is not None
    assert known.country == code


@pytest.mark.parametrize("word", ["Kurdish", "Kurds", "Europe", "Tuesday", ""])
def test_words_without_a_country(word: str) -> None:
    assert gazetteer.reading(word) is None


def test_cities_of_one_name_come_largest_first() -> None:
    largest, *others = gazetteer.cities("Paris")
    assert largest.country == "FR"
    assert ("US", "TX") in {(city.country, city.state) for city in others}
    assert all(city.population <= largest.population for city in others)


def test_an_unknown_name_is_no_city() -> None:
    assert gazetteer.cities("Nowhere-upon-Nothing") == ()
