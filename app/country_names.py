"""The names of countries, as a reader says them."""

from functools import lru_cache

import pycountry

# Where the standard's name is longer, or stiffer, than the one in common use.
COMMON = {
    "BN": "Brunei",
    "BO": "Bolivia",
    "CD": "DR Congo",
    "CG": "Congo",
    "FK": "Falkland Islands",
    "FM": "Micronesia",
    "GB": "United Kingdom",
    "IR": "Iran",
    "KP": "North Korea",
    "KR": "South Korea",
    "LA": "Laos",
    "MD": "Moldova",
    "MF": "Saint Martin",
    "NL": "Netherlands",
    "PS": "Palestine",
    "RU": "Russia",
    "SX": "Sint Maarten",
    "SY": "Syria",
    "TR": "Turkey",
    "TW": "Taiwan",
    "TZ": "Tanzania",
    "US": "United States",
    "VA": "Vatican City",
    "VE": "Venezuela",
    "VG": "British Virgin Islands",
    "VI": "U.S. Virgin Islands",
    "VN": "Vietnam",
    "XK": "Kosovo",
}


@lru_cache
def country_names() -> dict[str, str]:
    """Every ISO 3166-1 alpha-2 code, and XK for Kosovo, with the country's name."""
    standard = {country.alpha_2: str(country.name) for country in pycountry.countries}
    return dict(sorted({**standard, **COMMON}.items(), key=lambda item: item[1]))


def country_name(code: str) -> str:
    """The country's name, or the code itself where there is no such country."""
    return country_names().get(code, code)
