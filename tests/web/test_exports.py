import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from starlette.datastructures import QueryParams
from starlette.testclient import TestClient

from app.web.exports import lists, markup, tables
from app.web.exports.rows import Value
from app.web.exports.site import Site
from tests.factories import TEXT, lisbon_annotations, make_raw, store_story
from tests.web.markup import addresses, tags

BASE = "http://127.0.0.1:8000"
ATOM = "{http://www.w3.org/2005/Atom}"

# The address of a page, and the beginning of the addresses of what it lists.
PAGES = [
    ("/", "/stories/"),
    ("/?country=PT&q=catch", "/stories/"),
    ("/?q=nothing+like+it", "/stories/"),
    ("/quotes", "/stories/"),
    ("/quotes?kind=indirect&speaker=2", "/stories/"),
    ("/people", "/people/"),
    ("/people?sort=name&q=sousa", "/people/"),
    ("/people?initial=e", "/people/"),
    ("/?not=person:2", "/stories/"),
    ("/organisations", "/organisations/"),
    ("/groups?sort=quotes", "/groups/"),
    ("/sources", "/stories/"),
    ("/sources?unnamed=yes&form=unnamed+group", "/stories/"),
    ("/sources?unnamed=yes&reason=no", "/stories/"),
    ("/countries", "/countries/"),
    ("/countries?sort=speaking", "/countries/"),
]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of one, so that every list takes several."""
    monkeypatch.setattr(lists, "BATCH", 1)


def alternate(html: str, title: str) -> str:
    """Where the head of a page says that its other form of that name is."""
    return next(
        given["href"] or ""
        for tag, given in tags(html)
        if tag == "link" and given["rel"] == "alternate" and given["title"] == title
    )


def listed(client: TestClient, address: str) -> list[str]:
    """The addresses that a page lists in its main part, with those of the pages that follow, each once."""
    found: list[str] = []
    following: str | None = address
    while following:
        html = client.get(following).text
        found += [each.partition("?")[0] for each in addresses(html[html.index("<main") : html.index("</main>")])]
        links = [given for tag, given in tags(html) if tag == "a"]
        following = next((given["href"] for given in links if (given.get("rel") or "").startswith("next")), None)
    return list(dict.fromkeys(found))


def with_next(address: str, token: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'next': token})}"


def as_csv(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def as_json_lines(client: TestClient, address: str) -> list[dict[str, Any]]:
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.split("\n")[:-1]]


@pytest.mark.parametrize(("page", "begins"), PAGES)
def test_tables_hold_what_the_pages_show(filled: TestClient, page: str, begins: str) -> None:
    html = filled.get(page).text
    shown = [each for each in listed(filled, page) if each.startswith(begins)]
    table = as_csv(filled, alternate(html, "CSV"))
    lines = as_json_lines(filled, alternate(html, "JSON Lines"))
    taken = [row["address"].removeprefix(BASE) for row in table]
    assert taken == [line["address"].removeprefix(BASE) for line in lines]
    # A page's rows may lead to a story's head, a table's to the very place.
    assert [each for each in shown if each in taken] == taken
    assert {each.partition("#")[0] for each in taken} == {each.partition("#")[0] for each in shown}


@pytest.mark.parametrize("page", [page for page, _begins in PAGES if not page.startswith("/countries")])
def test_the_api_holds_the_same(filled: TestClient, page: str) -> None:
    html = filled.get(page).text
    table = as_json_lines(filled, alternate(html, "JSON Lines"))
    found: list[int] = []
    address: str | None = alternate(html, "JSON")
    while address:
        answer = filled.get(address).json()
        found += [(card.get("actor") if "stories" in card else card)["id"] for card in answer["items"]]
        address = with_next(alternate(html, "JSON"), answer["next"]) if answer["next"] else None
    assert found == [row["id"] for row in table]


def test_the_api_is_named_too_and_the_place_in_the_list_is_not_kept(filled: TestClient) -> None:
    html = filled.get("/?country=PT&outlet=harbour-post").text
    second = next(given["href"] or "" for _tag, given in tags(html) if (given.get("rel") or "").startswith("next"))
    following = filled.get(second).text
    assert "next=" in second
    assert alternate(following, "CSV") == "/stories.csv?country=PT&outlet=harbour-post"
    assert len(filled.get(alternate(following, "JSON")).json()["items"]) == 2


def test_a_row_says_what_the_card_says(filled: TestClient) -> None:
    (row,) = as_json_lines(filled, "/quotes.jsonl?kind=direct&speaker=1")[:1]
    assert row == {
        "id": 7,
        "address": f"{BASE}/stories/3-harbour-talks-begin-in-lisbon#q1",
        "kind": "direct",
        "text": "We will share the catch,",
        "speaker": "Marta Sousa",
        "speaker_id": 1,
        "source_words": "Sousa",
        "cue_words": "said",
        "words": 5,
        "story_id": 3,
        "story_title": "Harbour talks begin in Lisbon.",
        "outlet": "Harbour Post",
        "published_at": None,
        "invented": False,
    }
    story = as_csv(filled, "/stories.csv?outlet=harbour-post")[0]
    assert (story["actors"], story["actor_ids"]) == ("Marta Sousa; Erik Dahl; Norway; Fishermen", "1; 2; 3; 4")
    assert (story["countries"], story["invented"], story["added_at"]) == ("PT; NO", "false", "2026-06-01T12:00:00Z")


@pytest.mark.parametrize("name", lists.LISTS)
def test_an_empty_list_still_has_its_columns(client: TestClient, name: str) -> None:
    header = client.get(f"/{name}.csv").content.decode("utf-8-sig")
    assert header == ",".join(lists.LISTS[name].columns) + "\r\n"
    assert client.get(f"/{name}.jsonl").content == b""


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/stories.csv?person=abc", 400),
        ("/stories.atom?next=absurd", 400),
        ("/quotes.jsonl?kind=loud", 400),
        ("/people.csv?sort=height", 400),
        ("/sources.jsonl?form=rumour", 400),
        ("/sources.csv?unnamed=perhaps", 400),
        ("/countries.csv?sort=size", 400),
        ("/nothing.csv", 404),
        ("/people.atom", 404),
        ("/stories/99.ninjs.json", 404),
        ("/stories/x.annotations.jsonld", 404),
        ("/stories/1-harbour.txt", 404),
        ("/stories/" + "9" * 5000 + ".txt", 404),
    ],
)
def test_what_cannot_be_had_gets_a_helpful_page(filled: TestClient, address: str, status: int) -> None:
    answer = filled.get(address)
    assert answer.status_code == status
    assert "<h1" in answer.text


@pytest.mark.parametrize("query", ['q="catch', "q=%22(((%00", "q=NEAR(", "country=&q=", "next=absurd"])
def test_half_typed_searches_are_never_an_error(filled: TestClient, query: str) -> None:
    for name in ("stories", "quotes", "people", "sources"):
        assert filled.get(f"/{name}.csv?{query}").status_code == 200


def test_copies_are_no_pages_to_be_found(filled: TestClient) -> None:
    for address in ("/stories.csv", "/stories.atom", "/stories/1.txt", "/stories/1.ninjs.json"):
        assert filled.get(address).headers["x-robots-tag"] == "noindex"


def test_the_document_lists_every_column() -> None:
    document = (Path(__file__).parents[2] / "docs/exports.md").read_text()
    for name, each in lists.LISTS.items():
        assert f"| `{name}` | {', '.join(f'`{column}`' for column in each.columns)} |" in document


# ------------------------------------------------------------------------------------------------ streams


def test_a_list_is_read_a_batch_at_a_time_and_no_transaction_stays_open(filled: TestClient) -> None:
    engine: Engine = filled.app.state.engine  # type: ignore[attr-defined]
    begun: list[object] = []
    event.listen(engine, "begin", begun.append)
    batches = lists.LISTS["stories"].batches(engine, QueryParams(""), Site(BASE))
    assert begun == []
    for number in range(1, 5):
        assert len(next(batches)) == 1
        assert len(begun) == number
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_stream_may_be_compressed(filled: TestClient) -> None:
    with filled.stream("GET", "/stories.csv", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == filled.get("/stories.csv", headers={"Accept-Encoding": "identity"}).content


def test_head_of_a_stream_reads_nothing(filled: TestClient) -> None:
    engine: Engine = filled.app.state.engine  # type: ignore[attr-defined]
    begun: list[object] = []
    event.listen(engine, "begin", begun.append)
    asked = filled.head("/stories.csv")
    assert (asked.status_code, begun) == (200, [])
    read = filled.get("/stories.csv")
    for answer in (asked, read):
        del answer.headers["x-request-id"]
    assert asked.headers == read.headers
    assert {"etag", "content-length"}.isdisjoint(asked.headers)


# ------------------------------------------------------------------------------------------------ cells

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
values: st.SearchStrategy[Value] = st.one_of(
    words,
    st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", '"', ",", "\n", "a\r\nb"]),
    st.integers(),
    st.booleans(),
    st.none(),
    st.lists(words, max_size=3).map(tuple),
)
table = st.lists(st.lists(st.tuples(values, values), max_size=3), max_size=3)


@given(table)
def test_csv_reads_back_and_no_cell_is_a_formula(batches: Sequence[Sequence[tuple[Value, Value]]]) -> None:
    written = "".join(tables.csv_chunks(("one", "two"), batches))
    read = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    sent = [row for batch in batches for row in batch]
    assert read[0] == ["one", "two"]
    assert len(read) == 1 + len(sent)
    for cells, row in zip(read[1:], sent, strict=True):
        for cell, value in zip(cells, row, strict=True):
            assert isinstance(value, int) or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            if isinstance(value, str):
                assert cell.removeprefix("'") == value.removeprefix("'")


@given(table)
def test_json_lines_read_back_as_they_were(batches: Sequence[Sequence[tuple[Value, Value]]]) -> None:
    written = "".join(tables.json_lines(("one", "two"), batches))
    sent = [row for batch in batches for row in batch]
    assert [tuple(json.loads(line).values()) for line in written.split("\n")[:-1]] == [
        tuple(list(value) if isinstance(value, tuple) else value for value in row) for row in sent
    ]


def test_a_hostile_headline_is_only_words_in_a_spreadsheet(client: TestClient, archive: Engine) -> None:
    store_story(archive, make_raw(f'=HYPERLINK("http://evil.example","x"),\n"quoted"\n\n{TEXT}'))
    (row,) = as_csv(client, "/stories.csv")
    assert row["title"] == '\'=HYPERLINK("http://evil.example","x"),'


# ------------------------------------------------------------------------------------------------ feeds


def feed_pages(client: TestClient, address: str) -> list[ElementTree.Element]:
    """A feed's pages, from the first to the last."""
    found = []
    following: str | None = address
    while following:
        answer = client.get(following)
        assert answer.headers["content-type"] == "application/atom+xml"
        found.append(ElementTree.fromstring(answer.content))
        links = {link.get("rel"): link.get("href") or "" for link in found[-1].findall(f"{ATOM}link")}
        assert links["self"] == BASE + following
        following = links["next"].removeprefix(BASE) if "next" in links else None
    return found


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/?q=catch&country=PT",
        "/?q=nothing+like+it",
        "/quotes",
        "/quotes?speaker=1",
        "/sources",
        "/sources?unnamed=yes&reason=no",
    ],
)
def test_feeds_hold_what_the_pages_show_page_by_page(filled: TestClient, page: str) -> None:
    html = filled.get(page).text
    pages = feed_pages(filled, alternate(html, "Atom"))
    entries = [entry for each in pages for entry in each.findall(f"{ATOM}entry")]
    table = as_json_lines(filled, alternate(html, "JSON Lines"))
    assert [entry.find(f"{ATOM}link").get("href") for entry in entries] == [row["address"] for row in table]  # type: ignore[union-attr]
    assert all(len(each.findall(f"{ATOM}entry")) <= 2 for each in pages)
    assert len({each.findtext(f"{ATOM}id") for each in pages}) == 1
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)


@pytest.mark.parametrize(
    "address", ["/stories.atom", "/quotes.atom", "/sources.atom", "/stories.atom?q=nothing+like+it"]
)
def test_feeds_and_entries_have_what_the_standard_asks_for(filled: TestClient, address: str) -> None:
    for page in feed_pages(filled, address):
        assert page.tag == f"{ATOM}feed"
        assert page.findtext(f"{ATOM}author/{ATOM}name")
        for each in (page, *page.findall(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(each.findall(ATOM + name)) == 1
                assert each.findtext(ATOM + name)
            assert (each.findtext(f"{ATOM}updated") or "").endswith("Z")
            assert [link.get("rel") for link in each.findall(f"{ATOM}link")].count("alternate") == 1
            assert all((link.get("href") or "").startswith(BASE) for link in each.findall(f"{ATOM}link"))


def test_a_source_without_a_name_tells_its_reason_and_what_rests_on_it(filled: TestClient) -> None:
    page = feed_pages(filled, "/sources.atom?unnamed=yes&q=harbour")[0]
    assert page.findtext(f"{ATOM}title") == "Newsgloss: sources (unnamed: yes, q: harbour)"
    assert page.findtext(f"{ATOM}entry/{ATOM}title") == "harbour officials"
    summary = page.findtext(f"{ATOM}entry/{ATOM}summary") or ""
    assert summary.splitlines()[1:] == ["No reason stated", "Fishermen fear for their boats"]
    assert filled.get("/sources.atom?unnamed=perhaps").status_code == 400


def test_an_entry_keeps_its_id_when_the_headline_changes(client: TestClient, archive: Engine) -> None:
    ids = []
    for title in ("Before", "After"):
        raw = make_raw(url="https://courier.example/1", title=title)
        store_story(archive, raw, lisbon_annotations())
        entry = feed_pages(client, "/stories.atom")[0].find(f"{ATOM}entry")
        assert entry is not None
        assert entry.findtext(f"{ATOM}title") == title
        ids.append(entry.findtext(f"{ATOM}id"))
    assert ids[0] == ids[1] == f"{BASE}/stories/1"


def test_what_xml_cannot_have_is_left_out_of_feeds(client: TestClient, archive: Engine) -> None:
    store_story(archive, make_raw(f"\x01 <b>&amp;\x1f\ufffe]]> é 𝒳\n\n{TEXT}", outlet="\x02Post"))
    (page,) = feed_pages(client, "/stories.atom")
    assert page.findtext(f"{ATOM}entry/{ATOM}title") == " <b>&amp;]]> é 𝒳"
    assert page.findtext(f"{ATOM}entry/{ATOM}author/{ATOM}name") == "Post"


@given(st.text(), st.text())
def test_any_words_make_well_formed_xml(text: str, value: str) -> None:
    root = ElementTree.Element("feed")
    markup.add(root, "title", text, label=value)
    title = ElementTree.fromstring(markup.document(root))[0]
    assert (title.text or "") == markup.legal(text).replace("\r\n", "\n").replace("\r", "\n")
    assert title.get("label") == markup.legal(value)


def test_an_actor_and_a_country_have_feeds(filled: TestClient) -> None:
    for page, title, feed in (
        ("/people/1-marta-sousa", "Atom: what they say", "/quotes.atom?speaker=1"),
        ("/people/1-marta-sousa", "Atom: their stories", "/stories.atom?person=1"),
        ("/countries/PT", "Atom: its stories", "/stories.atom?country=PT"),
    ):
        assert alternate(filled.get(page).text, title) == feed
        assert feed_pages(filled, feed)[0].findall(f"{ATOM}entry")


def test_browsers_can_search_here(filled: TestClient) -> None:
    given = next(given for tag, given in tags(filled.get("/help").text) if tag == "link" and given["rel"] == "search")
    answer = filled.get(given["href"] or "")
    assert answer.headers["content-type"] == given["type"] == "application/opensearchdescription+xml"
    root = ElementTree.fromstring(answer.content)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.tag == f"{space}OpenSearchDescription"
    assert 0 < len(root.findtext(f"{space}ShortName") or "") <= 16
    assert 0 < len(root.findtext(f"{space}Description") or "") <= 1024
    templates = {each.get("type"): each.get("template") or "" for each in root.findall(f"{space}Url")}
    for media_type in ("text/html", "application/atom+xml"):
        address = templates[media_type].replace("{searchTerms}", "catch").removeprefix(BASE)
        found = filled.get(address)
        assert found.headers["content-type"].startswith(media_type)
        assert "share the catch" in found.text.replace("<mark>", "").replace("</mark>", "")
