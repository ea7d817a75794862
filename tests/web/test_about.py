import pytest
from pydantic import ValidationError
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.config import Settings
from app.web.app import create_app
from tests.web.markup import addresses


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("desk@harbour.example", "mailto:desk@harbour.example"),
        ("https://harbour.example/errors?by=web", "https://harbour.example/errors?by=web"),
    ],
)
def test_errors_are_reported_to_whom_the_archive_names(
    archive: Engine, database_url: str, contact: str, link: str
) -> None:
    page = TestClient(create_app(Settings(database_url=database_url, contact=contact))).get("/about").text
    assert link in addresses(page)
    assert "to those who run this archive" not in page


def test_without_a_contact_the_page_says_whom_to_tell(client: TestClient) -> None:
    assert "to those who run this archive" in client.get("/about").text


@pytest.mark.parametrize(
    "contact", ["desk", "@x", "javascript:alert(1)", "a b@c.example", "mailto:x@y.example\n", "x@y"]
)
def test_a_contact_is_a_mail_or_web_address(contact: str) -> None:
    with pytest.raises(ValidationError, match="contact"):
        Settings(contact=contact)
