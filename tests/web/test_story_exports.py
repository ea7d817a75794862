import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.config import Settings
from app.spans import Annotations
from app.store.cards import StoryPage
from app.web.app import create_app
from app.web.exports import ninjs, schemaorg, webannotation
from app.web.exports.site import Site, utc
from tests.factories import TEXT, make_raw, store_raw, store_story
from tests.web.cards import story_page
from tests.web.markup import text_content
from tests.web.test_highlight import annotated, page

SITE = Site("https://news.example/archive/")
BASE = "http://127.0.0.1:8000"

# The terms of http://www.w3.org/ns/anno.jsonld that may stand in our annotations.
TERMS = {
    *("@context", "id", "type", "label", "creator", "created", "total", "first", "last", "partOf", "startIndex"),
    *("items", "motivation", "body", "target", "source", "selector", "purpose", "format", "language", "value"),
    *("start", "end", "exact", "prefix", "suffix", "name"),
}
TYPES = {
    *("AnnotationCollection", "AnnotationPage", "Annotation", "SpecificResource", "TextualBody", "Software"),
    *("TextPositionSelector", "TextQuoteSelector", "Person", "Organization", "foaf:Group", "schema:Country"),
}
MOTIVATIONS = {"identifying", "classifying", "highlighting", "linking"}

# What the schema of ninjs 3.2 declares, of the parts we use.
NINJS = {
    "uri", "type", "representationType", "firstCreated", "versionCreated", "contentCreated", "pubStatus", "edNote",
    "language", "bodies", "headlines", "people", "organisations", "places", "subjects", "infoSources", "title",
    "altIds", "standard",
}  # fmt: skip
NINJS_PARTS = {
    "bodies": {"role", "contentType", "charCount", "wordCount", "value"},
    "headlines": {"role", "contentType", "value"},
    "people": {"name", "rel", "uri", "literal", "contactInfo"},
    "organisations": {"name", "rel", "uri", "literal", "symbols", "contactInfo"},
    "places": {"name", "rel", "uri", "literal", "contactInfo", "geoJSON"},
    "subjects": {"name", "rel", "uri", "literal", "creator", "relevance", "confidence"},
    "infoSources": {"name", "role", "uri", "literal", "contactInfo"},
    "altIds": {"role", "value"},
}


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from nodes(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from nodes(each)


def targets(annotation: dict[str, Any]) -> list[dict[str, Any]]:
    target = annotation["target"]
    return target if isinstance(target, list) else [target]


def items(collection: dict[str, Any]) -> list[dict[str, Any]]:
    return collection["first"]["items"] if collection["total"] else []


def named(annotations: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["id"].partition("#")[2]: each for each in annotations}


# ------------------------------------------------------------------------------------------------ Web Annotation


def test_annotations_lead_to_their_words_in_the_plain_text(filled: TestClient) -> None:
    answer = filled.get("/stories/1.annotations.jsonld")
    assert answer.headers["content-type"] == 'application/ld+json;profile="http://www.w3.org/ns/anno.jsonld"'
    found = named(items(answer.json()))
    words = {name: [each["selector"][1]["exact"] for each in targets(made)] for name, made in found.items()}
    assert words["q1"] == ["We will share the catch,"]
    assert (words["q1-cue"], words["q1-source"]) == (["said"], ["Sousa"])
    assert words["s3"] == ["harbour officials"]
    assert words["m1"] == ["Marta Sousa"]
    for made in found.values():
        for target in targets(made):
            assert target["source"] == f"{BASE}/stories/1.txt"
            text = filled.get(target["source"].removeprefix(BASE)).content.decode()
            place, quoted = target["selector"]
            assert text[place["start"] : place["end"]] == quoted["exact"]


def test_annotations_say_who_and_what() -> None:
    found = named(items(webannotation.collection(page(), SITE)))
    ana = {"id": "https://news.example/archive/people/1-ana-reyes", "type": "Person", "name": "Ana Reyes"}
    assert {"type": "SpecificResource", "purpose": "identifying", "source": ana} in found["m1"]["body"]
    assert {"type": "SpecificResource", "purpose": "linking", "source": ana} in found["q1"]["body"]
    assert [body["value"] for body in found["q1"]["body"] if "value" in body] == ["direct quote"]
    assert found["q1-cue"]["body"][1]["source"] == found["q1"]["id"]
    assert found["t1"]["body"][0]["source"]["name"] == "South Africa"
    assert [body["value"] for body in found["s1"]["body"]] == ["named person", "government"]


@given(annotated())
def test_any_annotations_are_well_made(story: StoryPage) -> None:
    collection = json.loads(json.dumps(webannotation.collection(story, SITE)))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert collection["type"] == "AnnotationCollection"
    assert ("first" in collection) == (collection["total"] > 0)
    made = items(collection)
    assert len(made) == collection["total"] == len({each["id"] for each in made})
    for node in nodes(collection):
        assert set(node) <= TERMS
        assert node.get("type", "Annotation") in TYPES
        assert node.get("created", "Z").endswith("Z")
        assert {node.get("motivation", "linking"), node.get("purpose", "linking")} <= MOTIVATIONS
    for annotation in made:
        assert annotation["type"] == "Annotation"
        assert targets(annotation)
        for target in targets(annotation):
            place, words = target["selector"]
            assert 0 <= place["start"] < place["end"] <= len(story.text)
            assert story.text[place["start"] : place["end"]] == words["exact"]
            around = words["prefix"] + words["exact"] + words["suffix"]
            start = place["start"] - len(words["prefix"])
            assert story.text[start : start + len(around)] == around


def test_a_quote_in_two_pieces_has_two_targets() -> None:
    story = page()
    quote = replace(story.quotes[0], content=((18, 25), (30, 36)))
    found = named(items(webannotation.collection(replace(story, quotes=(quote,)), SITE)))
    assert [each["selector"][0]["start"] for each in targets(found["q1"])] == [18, 30]


def test_a_story_that_waits_has_no_annotations_yet(client: TestClient, archive: Engine) -> None:
    store_raw(archive, make_raw())
    collection = client.get("/stories/1.annotations.jsonld").json()
    assert collection["total"] == 0
    assert {"first", "created"}.isdisjoint(collection)


def test_the_plain_text_is_the_story_s_text_byte_for_byte(client: TestClient, archive: Engine) -> None:
    text = "One\r\ntwo\rthree\n\n 𝒳 é \x85\u2028<b>"
    store_story(archive, make_raw(text), Annotations("annotated", "en"))
    answer = client.get("/stories/1.txt")
    assert answer.content == text.encode()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


# ------------------------------------------------------------------------------------------------ ninjs


@given(annotated())
def test_ninjs_has_only_keys_that_its_schema_declares(story: StoryPage) -> None:
    item = json.loads(json.dumps(ninjs.item(story, SITE)))
    assert item["uri"] == "https://news.example/archive/stories/7"
    assert set(item) <= NINJS
    for name, keys in NINJS_PARTS.items():
        for part in item.get(name, []):
            assert set(part) <= keys
    assert set(item["standard"]) == {"name", "version", "schema"}
    (body,) = item["bodies"]
    assert (body["value"], body["charCount"]) == (story.text, len(story.text))
    for name in ("firstCreated", "versionCreated", "contentCreated"):
        assert item[name].endswith("Z")


def test_ninjs_says_who_speaks_where_it_plays_and_where_it_comes_from(filled: TestClient) -> None:
    item = filled.get("/stories/1.ninjs.json").json()
    assert (item["type"], item["pubStatus"], item["language"]) == ("text", "usable", "en")
    assert item["headlines"][0]["value"] == "Harbour talks begin in Lisbon."
    assert [(each["name"], each["rel"]) for each in item["people"]] == [
        ("Marta Sousa", "speaking"),
        ("Erik Dahl", "speaking"),
    ]
    assert item["organisations"][0]["uri"] == f"{BASE}/organisations/3-norway"
    assert item["subjects"][0]["name"] == "Fishermen"
    assert [(each["literal"], each["rel"]) for each in item["places"]] == [
        ("PT", "focus"),
        ("PT", "mentioned"),
        ("NO", "mentioned"),
    ]
    assert item["infoSources"][0] == {"name": "Harbour Post", "role": "outlet"}
    assert {"name": "harbour officials", "role": "unnamed group"} in item["infoSources"]
    assert item["altIds"] == [{"role": "outlet", "value": "0"}]
    assert "contentCreated" not in item, "the story is undated"


def test_ninjs_keeps_made_up_headlines_out_and_says_what_is_invented() -> None:
    item = ninjs.item(story_page("It rains.", title_is_ours=True, invented=True), SITE)
    assert "headlines" not in item
    assert "invented" in item["edNote"]


# ------------------------------------------------------------------------------------------------ schema.org


def test_a_story_s_page_describes_itself(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon").text
    written = html.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    article = json.loads(written)
    assert (article["@context"], article["@type"]) == ("https://schema.org", "NewsArticle")
    assert article["headline"] == "Harbour talks begin in Lisbon."
    assert [each["name"] for each in article["about"]] == ["Portugal"]
    assert [each["name"] for each in article["mentions"]] == [
        "Marta Sousa",
        "Erik Dahl",
        "Norway",
        "Fishermen",
        "Norway",
    ]
    (quotation,) = article["hasPart"]
    assert quotation["@type"] == "Quotation"
    assert quotation["text"] == "We will share the catch,"
    speaker = quotation["spokenByCharacter"]["@id"]
    assert speaker == f"{BASE}/people/1-marta-sousa"
    assert speaker in {each["@id"] for each in article["mentions"]}


@given(annotated())
def test_the_description_never_leaves_its_element(story: StoryPage) -> None:
    hostile = replace(story, title="</script><script>alert(1)</script><!--", text=f"{story.text}</script>")
    written = str(schemaorg.data_block(hostile, SITE))
    assert "<" not in written
    assert json.loads(written)["headline"] == hostile.title


def test_what_a_story_rests_on_is_named_and_only_safe_addresses_are() -> None:
    text = f"{TEXT} Sources: Courier."
    story = story_page(text, references=((text.index("Courier"), len(text)),))
    article = schemaorg.article(story, SITE)
    assert article["citation"] == ["Courier."]
    assert article["isBasedOn"] == "https://harbour.example/dockers"
    assert "isBasedOn" not in schemaorg.article(replace(story, url="javascript:alert(1)"), SITE)


def test_the_story_s_text_stays_what_it_is(filled: TestClient) -> None:
    html = filled.get("/stories/1-harbour-talks-begin-in-lisbon").text
    assert text_content(html, "story-text") == filled.get("/stories/1.txt").text


# ------------------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize("base", ["https://news.example/archive", "https://news.example/archive/"])
def test_a_path_of_the_base_address_is_kept_and_the_host_header_is_not_believed(
    archive: Engine, database_url: str, base: str
) -> None:
    store_story(archive)
    app = create_app(Settings(database_url=database_url, base_url=base))
    with TestClient(app, headers={"Host": "evil.example"}) as client:
        for address in (
            "/stories.csv",
            "/quotes.jsonl",
            "/stories.atom",
            "/stories/1.ninjs.json",
            "/stories/1.annotations.jsonld",
            "/opensearch.xml",
            "/stories/1-harbour-talks-begin-in-lisbon",
        ):
            written = client.get(address).text
            assert "https://news.example/archive/" in written, address
            assert "evil.example" not in written
            assert "archive//" not in written


@pytest.mark.parametrize("base", ["news.example", "ftp://news.example", "https://", "https://a b", "https://a/?q", ""])
def test_a_base_address_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        Settings(base_url=base)


def test_moments_are_written_in_utc() -> None:
    assert utc(datetime(2026, 3, 14, 1, 2, 3, 4, timezone(timedelta(hours=2)))) == "2026-03-13T23:02:03Z"
    assert utc(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
