import pytest

from app.naming import suffix, surname
from app.nlp.people import group, same_person


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Okafor", "Okafor"),
        ("Jan van der Berg", "van der Berg"),
        ("Sam Whitlock Jr.", "Whitlock"),
        ("Sam Whitlock, Jr.", "Whitlock"),
        ("Aziza", "Aziza"),
        ("Park Seon-mi", "Park"),
        ("Kim Dae Won", "Kim"),
        ("Xu Lanfen", "Xu"),
        ("Kim Marlow", "Marlow"),
        ("Kim Ann Kirby", "Kirby"),
        ("Lee Ann Orr", "Orr"),
    ],
)
def test_surname_keeps_particles_and_drops_what_stands_behind(name: str, expected: str) -> None:
    assert surname(name) == expected


def test_suffix_is_told_apart_from_the_surname() -> None:
    assert suffix("Sam Whitlock Jr.") == "jr"
    assert suffix("Sam Whitlock") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Okafor", "Ada N. Okafor"),
        ("A. Okafor", "Ada Okafor"),
        ("ADA OKAFOR", "Ada Okafor"),
        ("Bill Marlow", "William Marlow"),
        ("Ada Ngozi Okafor", "Ngozi Okafor"),
    ],
)
def test_one_person_under_two_forms(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sam Whitlock", "Sam Whitlock Jr."),
        ("Ada Okafor", "Ben Okafor"),
        ("Ada Okafor", "Ada Marlow"),
        ("A. Okafor", "Ben Okafor"),
    ],
)
def test_two_persons_stay_apart(one: str, other: str) -> None:
    assert not same_person(one, other)


def test_group_names_each_person_by_the_fullest_form() -> None:
    persons = group([("A. Okafor", 0), ("Ben Okafor", 20), ("Ada Okafor", 40)])
    assert sorted(person.name for person in persons) == ["Ada Okafor", "Ben Okafor"]
