from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.config import Settings
from app.read.fetch import FetchError
from app.store.db import write_session
from app.store.tokens import new_token
from app.web.app import create_app
from tests.factories import NOW, add_user
from tests.web.forms import sent_token, sign_in

# More than the server has threads for pages.
MANY = 50


class Stuck:
    """A visitor whom every host lets wait."""

    def __init__(self) -> None:
        self.goes_on = Event()

    def fetch(self, url: str) -> None:
        self.goes_on.wait(60)
        raise FetchError(f"{url} did not answer")


@pytest.mark.parametrize("by", ["api", "page"])
def test_pages_are_read_while_many_addresses_are_waited_for(archive: Engine, database_url: str, by: str) -> None:
    add_user(archive, "ana")
    with write_session(archive) as session:
        bearer = {"Authorization": f"Bearer {new_token(session, name='', scope='write', now=NOW)}"}
    app = create_app(Settings(database_url=database_url))
    app.state.visitor = stuck = Stuck()
    with TestClient(app) as client, ThreadPoolExecutor(MANY + 1) as threads:
        sign_in(client, "ana")
        address = "https://slow.example/1"
        sent: dict[str, Any] = (
            {"url": "/api/v1/stories", "json": {"url": address}, "headers": bearer}
            if by == "api"
            else {"url": "/add/address", "data": {"address": address, "csrf": sent_token(client.get("/add").text)}}
        )
        try:
            waiting = [threads.submit(client.post, **sent) for _ in range(MANY)]
            read = threads.submit(client.get, "/people")
            assert read.result(timeout=20).status_code == 200
            assert not any(each.done() for each in waiting)
        finally:
            stuck.goes_on.set()
        assert {each.result().status_code for each in waiting} == {422}
