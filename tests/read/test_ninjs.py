import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.spans import RawStory
from tests.read.reading import refusal, story

VOTE = "The harbour council of Lindvik voted on Tuesday to close the northern quay for two years."
ONE: dict[str, Any] = {
    "uri": "urn:courier:7",
    "headline": "Quay to close",
    "byline": "Mara Lind",
    "versioncreated": "2026-03-14T08:30:00Z",
    "language": "en",
    "pubstatus": "usable",
    "infosource": [{"name": "The Courier"}],
    "body_text": VOTE,
    "body_xhtml": "<p>Not this.</p>",
    "subject": [{"name": "harbours"}],
}
TWO: dict[str, Any] = {
    "uri": "urn:courier:7",
    "headlines": [{"role": "short", "value": "Quay"}, {"role": "main", "value": "Quay to close"}],
    "by": "Mara Lind",
    "firstcreated": "2026-03-14T08:30:00Z",
    "language": "en",
    "infosources": [{"name": "The Courier", "role": "publisher"}],
    "bodies": [
        {"role": "caption", "contenttype": "text/plain", "value": "Not this."},
        {"role": "main", "contenttype": "text/plain", "value": VOTE},
    ],
}
THREE: dict[str, Any] = {
    "uri": "urn:courier:7",
    "headlines": [{"value": "Quay to close"}],
    "by": "Mara Lind",
    "contentCreated": "2026-03-14T08:30:00Z",
    "versionCreated": "2026-04-14T08:30:00Z",
    "language": "en",
    "pubStatus": "usable",
    "infoSources": [{"name": "officials", "role": "unnamed group"}, {"name": "The Courier", "role": "outlet"}],
    "bodies": [{"role": "main", "contentType": "text/html", "value": f"<p>{VOTE}</p>"}],
}


@pytest.mark.parametrize("item", [ONE, TWO, THREE])
@pytest.mark.parametrize("indent", [None, 2])
def test_every_version_gives_the_same_story(item: dict[str, Any], indent: int | None) -> None:
    assert story(json.dumps(item, indent=indent).encode(), "a.json") == RawStory(
        text=VOTE,
        title="Quay to close",
        origin="a.json" if indent else "a.json:1",
        outlet="The Courier",
        external_id="urn:courier:7",
        published_at=datetime(2026, 3, 14, 8, 30, tzinfo=UTC),
        extra={"byline": "Mara Lind", "language": "en"},
    )


def test_an_http_uri_is_the_address_unless_another_is_given() -> None:
    item = THREE | {"uri": "https://courier.example/7"}
    assert story(json.dumps(item).encode()).url == "https://courier.example/7"
    other = item | {"altIds": [{"role": "url", "value": "https://gull.example/9"}, {"role": "outlet", "value": "g9"}]}
    found = story(json.dumps(other).encode())
    assert (found.url, found.external_id) == ("https://gull.example/9", "g9")


def test_what_is_not_to_be_used_is_not_taken() -> None:
    assert "pubStatus canceled" in refusal(json.dumps(THREE | {"pubStatus": "canceled"}).encode()).reason


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"bodies": "text"}, "no words"),
        ({"bodies": [1, {"value": 3}]}, "`text` should be a string"),
        ({"bodies": []}, "no words"),
        ({"bodies": [{"contentType": "image/png", "value": "x"}]}, "no words"),
        ({"infoSources": [{"role": {}, "name": 3}]}, "`outlet` should be a string"),
        ({"headline": 5}, "`title` should be a string"),
        ({"pubStatus": ["usable"]}, "not to be used"),
    ],
)
def test_a_field_of_a_wrong_shape_is_said(changed: dict[str, Any], words: str) -> None:
    assert words in refusal(json.dumps(THREE | changed).encode()).reason


def test_roles_of_a_wrong_shape_are_none() -> None:
    assert story(json.dumps(THREE | {"altIds": [{"role": ["url"], "value": 1}]}).encode()).url is None
