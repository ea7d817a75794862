from hypothesis import given
from hypothesis import strategies as st

from app.nlp.language import detect

ENGLISH = (
    "The harbour council of Lindvik has decided to close the northern quay. “We could not wait any longer,” said the "
    "mayor, who had been asked by the fishers. The ferries will leave from the old market, and they have to be moved."
)
GERMAN = (
    "Der Hafenrat von Lindvik hat am Dienstag beschlossen, den nördlichen Kai für zwei Jahre zu schließen. „Wir "
    "konnten nicht länger warten“, sagte die Bürgermeisterin. Die Fähren werden künftig am alten Fischmarkt ablegen."
)
RUSSIAN = "Совет порта Линдвик решил закрыть северный причал. Паромы будут отправляться от старого рыбного рынка."


def test_a_text_is_in_the_language_that_most_of_it_is_in() -> None:
    assert detect(ENGLISH) == "en"
    assert detect(f"{ENGLISH} „Wir konnten nicht länger warten“, sagte sie.") == "en"
    assert detect(f"{GERMAN} {GERMAN} “We have said that,” they said of the quay.") == "de"


def test_english_words_do_not_make_a_text_in_another_script_english() -> None:
    assert detect(f"The mayor of Lindvik said that they will close the quay. {RUSSIAN}") == "ru"


@given(st.text(min_size=1, max_size=199).map(str.lower))
def test_every_text_has_a_language(text: str) -> None:
    assert detect(text)
