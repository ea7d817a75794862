import pytest

from app.nlp.gazetteer import country_in
from app.nlp.roles import roles
from tests.nlp.annotating import parser


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("U.S. special envoy Steve Kirby spoke.", "Steve Kirby", ["U.S. special envoy"]),
        ("Israel’s Prime Minister Dana Osei spoke.", "Dana Osei", ["Israel’s Prime Minister"]),
        ("Police chief Dana Osei spoke.", "Dana Osei", ["Police chief"]),
        ("Mr. Osei spoke.", "Osei", []),
        ("Osei spoke.", "Osei", []),
    ],
)
def test_roles_stand_before_the_name(text: str, name: str, expected: list[str]) -> None:
    doc = parser()(text)
    start = text.index(name)
    span = doc.char_span(start, start + len(name))
    assert span is not None
    assert roles(span) == expected


@pytest.mark.parametrize(("role", "code"), [("French foreign minister", "FR"), ("mayor of Riga", "LV"), ("chef", None)])
def test_a_role_may_name_a_country(role: str, code: str | None) -> None:
    assert country_in(role) == code
