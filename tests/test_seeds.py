"""The demo stories keep their promises: marked as invented, of readable length, spread over a year, no real address."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

SEEDS = Path(__file__).parent.parent / "seeds"
PATHS = sorted(SEEDS.glob("*.txt"))
KEYS = {"Title", "Outlet", "Published", "URL", "Invented"}
RETOLD = "01-white-house-gaza-talks.txt"
RETOLD_REFERENCE = "cgtn.com"
WIRE = "Meridian Wire"
COUNTRIES = {
    "Africa": "Botswana Burundi Cameroon Chad Egypt Ethiopia Ghana Kenya Morocco Mozambique Nigeria Senegal Zambia",
    "Asia": "Bangladesh India Indonesia Japan Kazakhstan Mongolia Nepal Pakistan Philippines Singapore Vietnam",
    "Europe": "Belgium Bulgaria Denmark Germany Greece Hungary Iceland Ireland Italy Malta Norway Sweden Vatican",
    "Middle East": "Bahrain Jordan Kuwait Lebanon Oman Qatar Turkey",
    "Latin America": "Argentina Barbados Brazil Chile Colombia Ecuador Jamaica Mexico Paraguay Peru Uruguay",
    "Pacific": "Australia Fiji Kiribati Palau Samoa Tonga Tuvalu Vanuatu",
}
WEB_ADDRESS = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b")


@dataclass(frozen=True)
class Seed:
    name: str
    header: dict[str, str]
    text: str

    @property
    def published_at(self) -> datetime:
        return datetime.fromisoformat(self.header["Published"])


def read_seed(path: Path) -> Seed:
    head, _, text = path.read_text("utf-8").partition("\n\n")
    pairs = [line.split(": ", 1) for line in head.splitlines()]
    return Seed(path.name, dict(pairs), text)


STORIES = [read_seed(path) for path in PATHS]
INVENTED = [story for story in STORIES if story.name != RETOLD]


def names(story: Seed) -> str:
    return story.name


def paragraphs(story: Seed) -> set[str]:
    return set(story.text.split("\n\n"))


def test_there_are_sixty_numbered_stories_from_six_outlets() -> None:
    assert [story.name[:2] for story in STORIES] == [f"{number:02}" for number in range(1, 61)]
    assert len({story.header["Outlet"] for story in STORIES}) == 6


@pytest.mark.parametrize("region", COUNTRIES)
def test_the_countries_of_every_region_are_met(region: str) -> None:
    words = set(re.findall(r"\w+", " ".join(story.text for story in STORIES)))
    assert set(COUNTRIES[region].split()) <= words


def test_more_than_forty_countries_are_met() -> None:
    assert len(" ".join(COUNTRIES.values()).split()) > 40


def test_wire_copy_is_printed_word_for_word_by_another_outlet() -> None:
    pairs = [
        (wire.name, copy.name)
        for wire in STORIES
        for copy in STORIES
        if wire.header["Outlet"] == WIRE != copy.header["Outlet"] and len(paragraphs(wire) & paragraphs(copy)) >= 4
    ]
    assert len(pairs) >= 2


@pytest.mark.parametrize("opening", ["“We looked for a villain", "“Nobody won today"])
def test_three_outlets_cut_one_quotation_differently(opening: str) -> None:
    printed = {
        story.header["Outlet"]: " ".join(re.findall("“[^”]*”", part))
        for story in INVENTED
        for part in paragraphs(story)
        if opening in part
    }
    assert len(set(printed.values())) == len(printed) == 3


def test_titles_and_addresses_are_unique() -> None:
    given = Counter(value for story in STORIES for key, value in story.header.items() if key in ("Title", "URL"))
    assert [value for value, times in given.items() if times > 1] == []


def test_the_invented_stories_span_a_year() -> None:
    dates = [story.published_at for story in INVENTED]
    assert max(dates) - min(dates) >= timedelta(days=365)


@pytest.mark.parametrize("story", STORIES, ids=names)
def test_a_header_has_known_keys_and_a_date_in_utc(story: Seed) -> None:
    assert {"Title", "Outlet", "Published"} <= story.header.keys() <= KEYS
    assert story.published_at.tzinfo == UTC


@pytest.mark.parametrize("story", INVENTED, ids=names)
def test_an_invented_story_says_so(story: Seed) -> None:
    assert story.header["Invented"] == "yes"


def test_the_retold_story_neither_claims_to_be_invented_nor_gives_an_address() -> None:
    header = read_seed(SEEDS / RETOLD).header
    assert "Invented" not in header
    assert "URL" not in header


@pytest.mark.parametrize(
    "quotation",
    [
        "“We’re working with the United States very closely about finding countries that will seek to realize "
        "what they always say,”",
        "“I think we’re getting close to finding several countries.”",
        "“If people want to stay, they can stay, but if they want to leave, they should be able to leave,” he said.",
        "“permanent deal.”",
    ],
)
def test_the_retold_story_keeps_the_quotations_exact(quotation: str) -> None:
    assert quotation in read_seed(SEEDS / RETOLD).text


@pytest.mark.parametrize("story", STORIES, ids=names)
def test_a_text_is_150_to_600_words_and_starts_with_its_first_paragraph(story: Seed) -> None:
    assert 150 <= len(story.text.split()) <= 600
    assert story.text[0].isalnum() or story.text[0] in '“"'
    assert "\n\n\n" not in story.text


@pytest.mark.parametrize("story", STORIES, ids=names)
def test_only_reserved_addresses_are_used(story: Seed) -> None:
    host = urlsplit(story.header.get("URL", "https://none.example")).hostname
    hosts = [*WEB_ADDRESS.findall(story.text), host]
    allowed = {RETOLD_REFERENCE} if story.name == RETOLD else set()
    assert [host for host in hosts if not str(host).endswith(".example") and host not in allowed] == []


@pytest.mark.parametrize("story", STORIES, ids=names)
def test_quotation_marks_open_as_often_as_paragraphs_need(story: Seed) -> None:
    curly = "“" in story.text
    assert curly != ('"' in story.text)
    assert story.text.count('"') % 2 == 0
    unclosed = [part for part in re.split(r"\n+", story.text) if part.count("“") != part.count("”")]
    assert all(part.startswith("“") and part.count("“") == part.count("”") + 1 for part in unclosed)
