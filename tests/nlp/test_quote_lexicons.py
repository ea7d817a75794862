from typing import get_args

import pytest

from app.nlp.attribution import weights
from app.nlp.lexicons import rows
from app.spans import Affiliation, Channel, SourceRole

KNOWN_AFFILIATIONS = {*get_args(Affiliation), "-"}


@pytest.mark.parametrize("name", ["role_nouns.tsv", "organisation_nouns.tsv"])
def test_affiliations_are_known(name: str) -> None:
    assert {row[1] for row in rows(name)} <= KNOWN_AFFILIATIONS


def test_roles_are_known() -> None:
    assert {row[2] for row in rows("role_nouns.tsv")} <= {*get_args(SourceRole), "-"}


def test_channels_are_known() -> None:
    assert {row[1] for row in rows("channels.tsv")} <= set(get_args(Channel))


def test_genders_are_pronouns() -> None:
    assert {row[1] for row in rows("genders.tsv")} == {"he", "she"}


def test_weights_are_figures() -> None:
    assert weights()["say/ccomp"] > 0


@pytest.mark.parametrize(
    "name", ["direct_verbs.txt", "document_nouns.txt", "media.txt", "social_media.txt", "anonymity.txt", "genders.tsv"]
)
def test_no_word_is_listed_twice(name: str) -> None:
    listed = [row[0] for row in rows(name)]
    assert len(listed) == len(set(listed))
