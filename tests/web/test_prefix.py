"""Behind a proxy that shows the archive under a path, everything leads to something under that path."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings
from app.web.app import create_app
from tests.factories import add_user
from tests.web.forms import sign_in

PREFIX = "/news"
BASE = f"https://gloss.example{PREFIX}"
# Lists have as many addresses as there are choices of filters; a few of each stand for all.
QUERIES_EACH = 3
FOLLOWED = {"a": "href", "link": "href", "script": "src", "img": "src", "form": "action", "button": "formaction"}


class Proxy:
    """Shows an application under the prefix and nothing elsewhere, with the prefix passed on or not."""

    def __init__(self, app: ASGIApp, strips: bool) -> None:
        self.app = app
        self.strips = strips

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is under the prefix."""
        if scope["type"] == "http":
            path = scope["path"]
            if path != PREFIX and not path.startswith(PREFIX + "/"):
                await PlainTextResponse("another application", 502)(scope, receive, send)
                return
            if self.strips:
                scope = {**scope, "path": path.removeprefix(PREFIX) or "/"}
        await self.app(scope, receive, send)


class Addresses(HTMLParser):
    """Collects where a page leads, and where its forms that change something go."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.posts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get(FOLLOWED.get(tag, ""))
        if address is not None:
            (self.posts if given.get("method") == "post" else self.found).append(address)


def links_of(answer: Response) -> tuple[list[str], list[str]]:
    """The absolute addresses that an answer leads to, and those that its forms are sent to."""
    here, kind = str(answer.url), answer.headers.get("content-type", "")
    if "html" in kind:
        page = Addresses()
        page.feed(answer.text)
        return [urljoin(here, each) for each in page.found], [urljoin(here, each) for each in page.posts]
    if "javascript" in kind:
        found = re.findall(r'(?:from |new URL\(|assign\()"([^"]+)"', answer.text)
        return [urljoin(here, each) for each in found], []
    if "css" in kind:
        return [urljoin(here, each) for each in re.findall(r"url\([\"']?([^)\"']+)", answer.text)], []
    return re.findall(r"https://gloss\.example[^\s\"'<>\\,;)]*", answer.text.replace("&amp;", "&")), []


@pytest.fixture(params=[False, True], ids=["passes the prefix on", "strips the prefix"])
def behind(
    request: pytest.FixtureRequest, filled: TestClient, database_url: str, archive: Engine
) -> Iterator[TestClient]:
    """A signed-in client behind a proxy, over four stories."""
    add_user(archive, "ana")
    settings = Settings(database_url=database_url, base_url=BASE, searches_per_minute=0, page_size=2)
    proxy = Proxy(create_app(settings), strips=request.param)
    with TestClient(proxy, base_url="https://gloss.example", raise_server_exceptions=False) as client:
        sign_in(client, "ana", path=PREFIX, then="/people")
        yield client


def test_whatever_a_page_leads_to_is_there_and_under_the_prefix(behind: TestClient) -> None:
    waiting, seen, sent = [f"{BASE}/"], set[str](), set[str]()
    variants: dict[str, int] = {}
    while waiting:
        address = urldefrag(waiting.pop()).url
        parts = urlsplit(address)
        if address in seen or parts.netloc != "gloss.example" or parts.scheme != "https" or "{" in address:
            continue
        seen.add(address)
        variants[parts.path] = variants.get(parts.path, 0) + 1
        if variants[parts.path] > QUERIES_EACH:
            continue
        assert address.startswith(BASE), address
        answer = behind.get(address)
        assert answer.status_code == 200, address
        assert str(answer.url).startswith(BASE), f"{address} redirects to {answer.url}"
        found, posts = links_of(answer)
        waiting += found
        sent.update(posts)
    paths = {urlsplit(address).path for address in seen}
    for needed in ("/people", "/stories.csv", "/stories.atom", "/opensearch.xml", "/account", "/help", "/api/docs"):
        assert PREFIX + needed in paths
    assert any(path.endswith("/keys.js") for path in paths)
    assert sent
    for address in sent:
        assert address.startswith(BASE), address
        assert behind.post(address).status_code == 403, address


def test_the_api_says_where_it_is(behind: TestClient) -> None:
    document = behind.get(f"{BASE}/api/v1/openapi.json").json()
    server = urljoin(BASE, document["servers"][0]["url"])
    assert server == BASE
    for path, methods in document["paths"].items():
        if "get" in methods and "{" not in path:
            assert behind.get(server + path).status_code == 200, path
    assert BASE in behind.get(f"{BASE}/api/docs").text


def test_who_must_sign_in_is_led_there_and_back(behind: TestClient) -> None:
    behind.cookies.clear()
    led = behind.get(f"{BASE}/account")
    assert str(led.url).startswith(f"{BASE}/login?next=")
    assert json.dumps(led.url.params["next"]) == '"/account"'
