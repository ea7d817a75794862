from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.store import search_sqlite
from app.web.assets import asset
from app.web.security import SECURITY_HEADERS
from tests.factories import TEXT, Said, lisbon_annotations, make_annotations, make_raw, store_story
from tests.web.markup import addresses, ids, tags

PAGES = [
    "/",
    "/people",
    "/organisations",
    "/groups",
    "/countries",
    "/quotes",
    "/sources",
    "/about",
    "/help",
    "/healthz",
]
FILLED = [
    "/stories/1-harbour-talks-begin-in-lisbon",
    "/people/1-marta-sousa",
    "/countries/PT",
    "/countries/PT?relation=focus",
    "/countries/FR?relation=speaking",
    "/?person=1&country=PT&q=catch",
    "/?q=nothing+like+it&outlet=harbour-post",
    "/?from=2026-01-01&to=2026-12-31",
    "/people?q=sousa&sort=name",
    "/people?q=nobody&sort=quotes",
    "/countries?sort=speaking",
    "/quotes?q=catch&kind=direct&speaker=1",
    "/quotes?about=2",
    "/sources?form=unnamed+group&unnamed=yes&q=officials",
    "/?not=person:1&form=unnamed+group",
    "/quotes?not=speaker:1&not=country:FR",
    "/people?initial=M&sort=name",
    "/people?initial=X",
    "/facets/person",
    "/facets/person?country=PT&name=sousa",
    "/facets/country?name=nothing",
    "/facets/form?not=person:2",
]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_there_in_an_empty_archive(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", [*PAGES, *FILLED])
def test_every_page_is_there_in_a_filled_archive(filled: TestClient, address: str) -> None:
    assert filled.get(address).status_code == 200


@pytest.mark.parametrize("address", [each for each in [*PAGES, *FILLED] if each != "/healthz"])
def test_every_page_is_well_made(filled: TestClient, address: str) -> None:
    html = filled.get(address).text
    found = tags(html)
    names = [tag for tag, _given in found]
    assert names.count("h1") == names.count("main") == 1
    assert len(ids(html)) == len(set(ids(html)))
    assert not any("style" in given or any(name.startswith("on") for name in given) for _tag, given in found)
    assert all("src" in given or given["type"] == "application/ld+json" for tag, given in found if tag == "script")
    headings = [int(tag[1]) for tag in names if tag in ("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert len(html.encode()) < 60_000


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_a_page_leads_somewhere(filled: TestClient, address: str) -> None:
    inside = {each.partition("#")[0] for each in addresses(filled.get(address).text) if each.startswith("/")}
    for each in inside - {""}:
        assert filled.get(each).status_code == 200, each


BAD = [
    "/?person=abc",
    "/?person=99999999999999999999",
    "/?country=XX",
    "/?from=yesterday",
    "/?next=absurd",
    "/?next=" + "A" * 5000,
    "/?next=%00%FF",
    "/?q=" + "a" * 600,
    "/quotes?kind=loud",
    "/quotes?next=absurd",
    "/people?next=absurd",
    "/people?sort=height",
    "/people?initial=1",
    "/people?initial=ab",
    "/sources?form=rumour",
    "/sources?affiliation=none",
    "/sources?unnamed=perhaps",
    "/sources?reason=perhaps",
    "/sources?next=absurd",
    "/countries?sort=size",
    "/?not=person",
    "/?not=person:abc",
    "/facets/person?country=XX",
    "/countries/PT?relation=friend",
    "/countries/PT?next=absurd",
]


@pytest.mark.parametrize("address", BAD)
def test_what_cannot_be_understood_gets_a_helpful_page(filled: TestClient, address: str) -> None:
    answer = filled.get(address)
    assert answer.status_code == 400
    assert "Start again without it" in answer.text


@pytest.mark.parametrize(
    "query",
    ['"catch', 'catch"', "“catch", "(", "catch AND", "OR", "-", "*", "NEAR(", "a:b", "'", "%00", "%FF%FE", "^", "{x}"],
)
@pytest.mark.parametrize("page", ["/", "/quotes", "/people", "/organisations", "/sources"])
def test_half_typed_searches_are_never_an_error(filled: TestClient, page: str, query: str) -> None:
    assert filled.get(f"{page}?q={query}", follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/people/99",
        "/people/abc",
        "/people/" + "9" * 30,
        "/people/" + "9" * 5000,
        "/groups/0",
        "/facets/height",
        "/facets/q",
        "/countries/ZZ",
        "/countries/france",
        "/countries/%00",
        "/static/nothing.css",
    ],
)
def test_what_is_not_there_is_not_found(filled: TestClient, address: str) -> None:
    answer = filled.get(address)
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


def test_under_the_api_errors_are_json(filled: TestClient) -> None:
    for address, status in (("/api/nothing", 404), ("/api/v1/stories?person=abc", 400)):
        answer = filled.get(address)
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "help"}


@pytest.mark.parametrize(
    "address", ["/?q=har*", "/?q=-har*", "/quotes?q=har*", "/stories.csv?q=har*", "/stories.atom?q=har*"]
)
def test_a_beginning_of_too_many_words_is_refused_with_a_helpful_page(
    archive: Engine, filled: TestClient, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(search_sqlite, "MOST_GATHERED", -1)
    answer = filled.get(address)
    if archive.dialect.name == "postgresql":
        assert answer.status_code == 200
        return
    assert answer.status_code == 400
    assert "Too many words begin with “har”" in answer.text


def test_pages_only_take_get(client: TestClient) -> None:
    answer = client.post("/people")
    assert answer.status_code == 405
    assert "only read" in answer.text


def test_a_crash_is_a_page_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_args: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("app.store.archive.counts", crash)
    answer = client.get("/about")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "boom" not in answer.text
    assert answer.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]


def test_health_is_bad_when_the_archive_cannot_be_read(archive: Engine, client: TestClient) -> None:
    with archive.begin() as connection:
        connection.exec_driver_sql("DROP TABLE facet_count")
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("address", ["/", "/nothing", "/api/v1/stories", "/?person=abc", "/healthz"])
def test_every_answer_carries_the_headers(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert (headers.get("x-robots-tag") == "noindex") is ("?" in address)


def test_static_files_are_kept_for_good_under_an_address_of_their_content(client: TestClient) -> None:
    for name in ("app.css", "app.js", "story.js", "keys.js", "icon.svg"):
        answer = client.get(asset(name))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    missing = client.get(asset("nothing.css"))
    assert "immutable" not in missing.headers.get("cache-control", "")


def test_a_form_s_empty_fields_are_left_out_of_the_address(filled: TestClient) -> None:
    answer = filled.get("/?to=&q=catch&from=&country=pt")
    assert (answer.status_code, answer.headers["location"]) == (302, "/?q=catch&country=PT")
    answer = filled.get("/quotes?q=&kind=direct")
    assert (answer.status_code, answer.headers["location"]) == (302, "/quotes?kind=direct")


def test_older_stories_are_a_link_away_until_the_end(filled: TestClient) -> None:
    seen: list[str] = []
    address: str | None = "/?outlet=harbour-post"
    while address:
        html = filled.get(address).text
        seen += {each for each in addresses(html) if each.startswith("/stories/")}
        address = next((given["href"] for _tag, given in tags(html) if given.get("rel") == "next nofollow"), None)
    assert len(seen) == 3


def choices(html: str) -> set[tuple[str | None, str | None]]:
    """What the buttons of a page's forms add to its selection."""
    return {(given.get("name"), given.get("value")) for tag, given in tags(html) if tag == "button"}


def test_filters_are_chips_that_can_be_removed_and_facets_that_can_be_chosen(filled: TestClient) -> None:
    html = filled.get("/?person=1&country=PT").text
    found = addresses(html)
    assert "/?country=PT" in found
    assert "/?person=1" in found
    assert ("person", "2") in choices(html)
    assert '<input type="hidden" name="person" value="1">' in html, "the search keeps the filters"


def test_a_facet_s_values_can_be_left_out_and_let_in_again(filled: TestClient) -> None:
    assert ("not", "person:1") in choices(filled.get("/?country=PT").text)
    html = filled.get("/?country=PT&not=person:1").text
    assert "No story matches all of these" in html
    assert "Not person" in html
    assert "/?country=PT" in addresses(html)


def test_a_facet_has_a_page_that_keeps_the_selection(filled: TestClient) -> None:
    html = filled.get("/facets/person?country=PT&name=sousa").text
    assert {("person", "1"), ("not", "person:1")} <= choices(html)
    assert ("person", "2") not in choices(html)
    assert '<input type="hidden" name="country" value="PT">' in html
    assert filled.get("/facets/person?country=PT&name=").headers["location"] == "/facets/person?country=PT"


def test_a_bar_leads_to_the_stories_of_its_month(archive: Engine, client: TestClient) -> None:
    for month in (1, 3):
        raw = make_raw(f"{TEXT} {month}", published_at=datetime(2026, month, 9, tzinfo=UTC))
        store_story(archive, raw, lisbon_annotations())
    html = client.get("/?country=PT").text
    address = "/?country=PT&from=2026-03-01&to=2026-03-31"
    assert address in addresses(html)
    assert "March 2026: 1 story" in html
    assert "1 story, newest first" in client.get(address).text


def test_a_story_in_a_filtered_list_leads_to_its_page_with_the_filter(filled: TestClient) -> None:
    found = addresses(filled.get("/?q=catch&country=PT").text)
    assert "/stories/3-harbour-talks-begin-in-lisbon?country=PT" in found


def test_search_hits_are_marked(filled: TestClient) -> None:
    assert "<mark>" in filled.get("/?q=catch").text


def test_no_match_offers_to_drop_a_filter(filled: TestClient) -> None:
    html = filled.get("/?q=catch&country=FR").text
    assert "No story matches all of these" in html
    assert "/?country=FR" in addresses(html)
    assert "/?q=catch" in addresses(html)


def test_an_empty_archive_says_how_to_add_stories(client: TestClient) -> None:
    assert "newsgloss add" in client.get("/").text


@pytest.mark.parametrize("address", ["/people/1", "/people/1-other", "/groups/1-marta-sousa"])
def test_an_actor_has_one_address(filled: TestClient, address: str) -> None:
    answer = filled.get(address)
    assert (answer.status_code, answer.headers["location"]) == (301, "/people/1-marta-sousa")


def test_an_actor_s_page_tells_roles_words_and_stories(filled: TestClient) -> None:
    html = filled.get("/people/1-marta-sousa").text
    assert "We will share the catch" in html
    assert "fisheries minister" in html
    assert "/?person=1" in addresses(html)
    assert "/quotes?speaker=1" in addresses(html)


def test_an_actor_s_quotes_can_be_searched(filled: TestClient) -> None:
    html = filled.get("/people/1-marta-sousa").text
    assert '<input type="hidden" name="speaker" value="1">' in html
    assert "share" in html[html.index("Typical words") :]
    assert "/quotes?q=catch&speaker=1" in addresses(html)


def test_what_was_said_about_an_actor_stands_under_who_said_it(archive: Engine, client: TestClient) -> None:
    text = "“Ben Lund should go,” Ana Ruiz said. “Ben Lund is late,” a clerk said. “I like Ben Lund,” Ana Ruiz said."
    said = [
        Said("Ben Lund should go,", "Ana Ruiz", speaker="Ana Ruiz"),
        Said("Ben Lund is late,", "a clerk"),
        Said("I like Ben Lund,", "Ana Ruiz", speaker="Ana Ruiz"),
    ]
    store_story(archive, make_raw(text), make_annotations(text, people=["Ana Ruiz", "Ben Lund"], said=said))
    html = client.get("/people/2-ben-lund").text
    voices = html[html.index("What others said") : html.index("All quotes about")].split('<div class="voice">')[1:]
    assert [("Ana Ruiz</a>" in voice, voice.count('class="words"')) for voice in voices] == [(True, 2), (False, 1)]
    assert "a clerk" in voices[1]


def test_the_unnamed_sources_are_a_view_of_their_own(filled: TestClient) -> None:
    assert "/sources?unnamed=yes" in addresses(filled.get("/sources").text)
    html = filled.get("/sources?unnamed=yes").text
    assert "harbour officials" in html
    assert "No reason stated" in html
    assert "Fishermen fear for their boats" in html[html.index("What rests on this source") :]
    assert "/stories/3-harbour-talks-begin-in-lisbon#q3" in addresses(html)
    assert "Marta Sousa" not in html
    assert "harbour officials" not in filled.get("/sources?unnamed=yes&reason=yes").text


def test_quotes_are_filtered_by_a_form_that_keeps_what_is_chosen(filled: TestClient) -> None:
    html = filled.get("/quotes?speaker=1&from=2026-01-01").text
    names = [given.get("name") for tag, given in tags(html) if tag == "select"]
    assert names == ["speaker", "about", "country", "outlet", "kind"]
    assert '<input type="hidden" name="speaker" value="1">' in html
    assert '<option value="2">Erik Dahl</option>' in html
    assert "/quotes?speaker=1" in addresses(html)


def test_a_country_in_small_letters_leads_to_its_address(filled: TestClient) -> None:
    answer = filled.get("/countries/pt?relation=focus")
    assert (answer.status_code, answer.headers["location"]) == (301, "/countries/PT?relation=focus")


def test_a_country_shows_the_words_that_name_it_in_each_story(filled: TestClient) -> None:
    assert "Named as: “Lisbon”" in filled.get("/countries/PT").text
    assert "Named as: “Norway”" in filled.get("/countries/NO").text


def test_the_page_in_the_navigation_is_marked(filled: TestClient) -> None:
    for address, current in (("/people", "page"), ("/people/1-marta-sousa", "true")):
        marks = {given.get("href"): given.get("aria-current") for _tag, given in tags(filled.get(address).text)}
        assert marks["/people"] == current
        assert marks["/"] is None


def test_a_list_of_full_pages_stays_small(archive: Engine, client: TestClient) -> None:
    for number in range(3):
        store_story(archive, make_raw(f"{TEXT} {number}", external_id=str(number), outlet="Harbour Post"))
    assert len(client.get("/").content) < 20_000
