from sqlalchemy import Engine
from sqlmodel import Session

from app.store.topics import STOP_WORDS, topic_words
from tests.factories import Said, make_annotations, make_raw, store_story

QUOTES = {
    "Ana": ["The herring quota is too high.", "Every herring counts, people think.", "Boats need a herring quota."],
    "Ben": ["The council meets, people think.", "Every council meets.", "We need boats."],
}


def test_what_somebody_says_more_often_than_others_is_typical(archive: Engine) -> None:
    for name, quotes in QUOTES.items():
        text = " ".join(f"“{quote}” {name} said." for quote in quotes)
        said = [Said(quote, name, speaker=name) for quote in quotes]
        store_story(archive, make_raw(text), make_annotations(text, people=[name], said=said))
    with Session(archive) as session:
        assert topic_words(session, 1) == ["herring", "quota"]
        assert topic_words(session, 2) == ["council", "meets"]
        assert topic_words(session, 99) == []


def test_the_stop_list_holds_plain_words() -> None:
    assert {"the", "people", "said"} <= STOP_WORDS
    assert all(word.isalpha() and word == word.casefold() for word in STOP_WORDS)
