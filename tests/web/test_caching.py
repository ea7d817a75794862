import gzip

import pytest
from starlette.testclient import TestClient

from app.web.assets import asset
from app.web.security import SECURITY_HEADERS

ADDRESSES = [
    "/",
    "/?person=1",
    "/people/1-marta-sousa",
    "/stories/1-harbour-talks-begin-in-lisbon",
    "/about",
    "/healthz",
]
API = ["/api/v1/stories", "/api/v1/stories/1", "/api/v1/people/99", "/api/v1/nothing", "/api/v1/openapi.json"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_the_reader_has_is_not_sent_again(filled: TestClient, address: str) -> None:
    first = filled.get(address)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = filled.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert again.headers["vary"] == "Accept-Encoding"
    assert "content-type" not in again.headers
    for name in ("cache-control", "x-robots-tag", *SECURITY_HEADERS):
        assert again.headers.get(name) == first.headers.get(name)


@pytest.mark.parametrize(
    ("sent", "status"),
    [("*", 304), ('"other", {tag}', 304), ("{strong}", 304), ('W/"other"', 200), ("", 200), ("W/", 200), (",", 200)],
)
def test_any_of_the_tags_sent_will_do(filled: TestClient, sent: str, status: int) -> None:
    tag = filled.get("/about").headers["etag"]
    header = sent.format(tag=tag, strong=tag.removeprefix("W/"))
    assert filled.get("/about", headers={"If-None-Match": header}).status_code == status


def test_another_page_has_another_tag(filled: TestClient) -> None:
    assert len({filled.get(address).headers["etag"] for address in ADDRESSES}) == len(ADDRESSES)


def test_pages_are_compressed_for_those_who_take_it(filled: TestClient) -> None:
    with filled.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    plain = filled.get("/", headers={"Accept-Encoding": "identity"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed) == plain.content
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert answer.headers["etag"] == plain.headers["etag"]


def test_pages_are_asked_for_again_and_static_files_are_not(filled: TestClient) -> None:
    assert filled.get("/").headers["cache-control"] == "no-cache"
    assert filled.get("/nothing").headers["cache-control"] == "no-cache"
    assert "etag" not in filled.get("/nothing").headers
    assert "immutable" in filled.get(asset("app.css")).headers["cache-control"]


@pytest.mark.parametrize("address", [*ADDRESSES, "/nothing", "/people/99", *API])
def test_head_says_what_get_would(filled: TestClient, address: str) -> None:
    answer, asked = filled.get(address), filled.head(address)
    assert (asked.status_code, asked.content) == (answer.status_code, b"")
    asked.headers["x-request-id"] = answer.headers["x-request-id"]
    assert asked.headers == answer.headers


def test_head_is_in_no_description_of_the_api(filled: TestClient) -> None:
    paths = filled.get("/api/v1/openapi.json").json()["paths"]
    assert not any("head" in methods for methods in paths.values())
