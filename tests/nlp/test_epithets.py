import pytest

from app.nlp import epithets
from app.nlp.lexicons import rows
from app.spans import ActorSpan
from tests.nlp.annotating import parser


def actor(*roles: str) -> ActorSpan:
    return ActorSpan("a1", "Ines Calder", "person", roles=roles)


@pytest.mark.parametrize(
    ("role", "noun", "which", "fit"),
    [
        ("mayor of Port Ellis", "mayor", (), 1),
        ("Sen.", "senator", (), 1),
        ("Northern Sen.", "senator", ("northern",), 2),
        ("Republican candidate", "nominee", ("republican",), 2),
        ("Republican candidate", "nominee", ("democratic",), 1),
        ("Vice President", "president", (), 0),
        ("Vice President", "president", ("vice",), 2),
        ("mayor", "senator", (), 0),
    ],
)
def test_how_well_a_title_fits_a_role(role: str, noun: str, which: tuple[str, ...], fit: int) -> None:
    assert epithets.fit(actor(role), noun, frozenset(which)) == fit


def test_a_title_fits_by_the_best_of_the_roles() -> None:
    assert epithets.fit(actor("lawyer", "former Northern mayor"), "mayor", frozenset(("former", "northern"))) == 3


def test_nobody_without_a_role_bears_a_title() -> None:
    assert epithets.fit(actor(), "mayor", frozenset()) == 0


def test_no_title_is_listed_twice() -> None:
    assert len(epithets.title_nouns()) == len(rows("title_nouns.tsv"))


def test_the_words_that_say_which_stand_before_the_noun() -> None:
    doc = parser()("The former Northern senator of the South said no.")
    noun = next(token for token in doc if token.text == "senator")
    assert epithets.modifiers(noun) == {"former", "northern"}


@pytest.mark.parametrize(
    ("text", "noun", "is_age"),
    [
        ("The 34-year-old mother of three replied.", "mother", True),
        ("The proud mother of three replied.", "mother", False),
    ],
)
def test_an_age_before_a_noun(text: str, noun: str, is_age: bool) -> None:
    doc = parser()(text)
    assert epithets.is_age(next(token for token in doc if token.text == noun)) is is_age
