from collections import Counter

import pytest

from app.nlp.organisations import group, initials


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["World Health Organization", "WHO"], "The World Health Organization and the WHO"),
        (["Coastal Rescue Union", "CRU"], "the Coastal Rescue Union and the CRU"),
        (["Union for Clean Rivers", "Rivers22"], "Union for Clean Rivers"),
        (["Harbour Relief", "HRX"], "Harbour Relief (HRX) said"),
        (["Brightwell Industries Inc.", "Brightwell"], ""),
        (["United Nations", "U.N."], ""),
    ],
)
def test_short_forms_join_the_full_name(names: list[str], text: str) -> None:
    found = group(Counter(names), text)
    joined = names[1] != "Rivers22"
    assert len(found) == (1 if joined else 2)
    assert found[0].name == names[0]


def test_initials_leave_small_words_out() -> None:
    assert initials("Organization for the Study of Tides") == "OST"


def test_two_organisations_that_share_their_first_word_stay_apart() -> None:
    assert len(group(Counter(["National Bread Council", "National Salt Museum"]), "")) == 2
