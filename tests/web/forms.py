"""Filling in forms the way a browser does."""

import re
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from tests.factories import PASSWORD


def sent_token(html: str) -> str:
    """What the page's forms carry."""
    found = re.search(r'name="csrf" value="([^"]*)"', html)
    assert found is not None
    return found[1]


def sign_in(
    client: TestClient,
    name: str,
    password: str = PASSWORD,
    *,
    then: str = "/",
    path: str = "",
    token: str = "",
    **request: Any,
) -> Response:
    """Open the sign-in page and send its form, or send a form with this token."""
    token = token or sent_token(client.get(f"{path}/login").text)
    sent = {"csrf": token, "name": name, "password": password, "next": then}
    return client.post(f"{path}/login", data=sent, **request)
