from app.nlp.antecedents import Antecedents, narrative_sentences, quoted_tokens
from app.nlp.story_actors import StoryActors
from app.spans import ActorSpan
from tests.nlp.annotating import annotated

CALDER = ActorSpan("a1", "Ines Calder", "person")
OSEI = ActorSpan("a2", "Daniel Osei", "person")
NAMES = {CALDER: ("Ines Calder", "Calder", "Calders"), OSEI: ("Daniel Osei", "Osei")}


def nearest_to_last_word(text: str, *, strangers: bool = False) -> ActorSpan | None:
    """Whom the last word may mean, anybody fitting."""
    doc = annotated(text, NAMES)
    found = Antecedents(doc, StoryActors(doc))
    return found.nearest(doc[len(doc) - 2], None, lambda actor: actor in NAMES, strangers=strangers)


def test_a_subject_stands_out_more_than_an_object() -> None:
    assert nearest_to_last_word("Ines Calder met Daniel Osei. The pier was praised by her.") == CALDER


def test_whose_thing_it_is_stands_out_less_than_who_is_named_for_himself() -> None:
    assert nearest_to_last_word("Rain fell on Daniel Osei and on Calder's pier. It was liked by him.") == OSEI


def test_sentences_inside_a_quotation_do_not_make_a_distance() -> None:
    doc = annotated("Ines Calder spoke. “It is safe. It is new. It is ours. It is long,” she said.", NAMES)
    numbers = narrative_sentences(doc, quoted_tokens(doc))
    assert numbers[-1] - numbers[0] <= 2


def test_a_name_within_a_quotation_hardly_speaks_next() -> None:
    assert nearest_to_last_word("Ines Calder spoke. “Osei is a good man,” Calder said. It rained on her.") == CALDER


def test_somebody_without_a_name_takes_the_place_of_one_named_before() -> None:
    text = "It rained on Ines Calder. A doctor praised the new pier and left. It was good for her."
    assert nearest_to_last_word(text, strangers=True) is None
    assert nearest_to_last_word(text, strangers=False) == CALDER


def test_a_family_is_nobody_who_speaks() -> None:
    assert nearest_to_last_word("Daniel Osei met the Calders. The rain stopped for him.") == OSEI


def test_what_is_too_far_back_is_not_looked_at() -> None:
    assert nearest_to_last_word("Ines Calder came. " + "It rained again. " * 8 + "The town liked her.") is None
