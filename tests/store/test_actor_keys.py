import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.actor_keys import agree, is_full, keys_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada B. Okafor", "Ada Okafor"),
        ("Kim Su-bin", "Kim Su Bin"),
        ("A.B. Okafor", "A. B. Okafor"),
        ("Ana Ruíz", "ANA RUIZ"),
        ("Ursa von der Aue", "Ursa Aue"),
        ("Kim Su-Bin", "Kim Su-bin"),
        ('William "Bill" Marlow', "William Marlow"),
        ("Robert (Bob) Kirby", "Robert J. Kirby"),
    ],
)
def test_one_persons_names_have_one_identity_and_agree(one: str, other: str) -> None:
    assert keys_of("person", one).identity == keys_of("person", other).identity
    assert agree(one, [other])
    assert agree(other, [one])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sam Whitlock Jr.", "Sam Whitlock"),
        ("Sam Whitlock Sr.", "Sam Whitlock, Jr."),
        ("Sam Whitlock", "Sue Whitlock"),
        ("Jean-Luc Aubry", "Jean Aubry"),
        ("Ann Smith-Jones", "Ann Jones"),
    ],
)
def test_different_persons_have_different_identities(one: str, other: str) -> None:
    assert keys_of("person", one).identity != keys_of("person", other).identity


@pytest.mark.parametrize(("one", "other"), [("Ada B. Okafor", "Ada C. Okafor"), ("Ada H. W. Orr", "Ada W. Orr")])
def test_middle_names_that_differ_do_not_agree(one: str, other: str) -> None:
    assert not agree(one, [other])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Tidewater Board", "Tidewater Board"),
        ("Marlin Foods Inc.", "Marlin Foods"),
        ("World Health Organisation", "WHO"),
        ("U.N.", "United Nations"),
    ],
)
def test_one_organisations_names_have_one_identity(one: str, other: str) -> None:
    assert keys_of("organisation", one).identity == keys_of("organisation", other).identity


@pytest.mark.parametrize("name", ["Okafor", "van der Berg", "Aziza"])
def test_a_surname_does_not_tell_who_is_meant(name: str) -> None:
    assert keys_of("person", name).identity is None


@pytest.mark.parametrize(("name", "short"), [("Ada Okafor", "okafor"), ("Jan van der Berg", "van der berg")])
def test_a_full_name_has_its_surname_for_a_short_form(name: str, short: str) -> None:
    assert keys_of("person", name).short == short


def test_an_acronym_is_no_full_name() -> None:
    assert keys_of("organisation", "Z.A.K.") == (None, "zak")
    assert not is_full("organisation", "NATO")
    assert is_full("organisation", "Marlin")


@given(st.sampled_from(["person", "organisation", "group"]), st.text(), st.text())
def test_any_names_have_keys(kind: str, name: str, other: str) -> None:
    keys = keys_of(kind, name)
    assert keys.identity != ""
    assert keys.short != ""
    assert isinstance(agree(name, [other]), bool)
