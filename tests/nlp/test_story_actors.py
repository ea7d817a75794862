import pytest

from app.nlp.story_actors import StoryActors
from app.spans import ActorSpan
from tests.nlp.annotating import annotated

CALDER = ActorSpan("a1", "Robin Calder", "person")


@pytest.mark.parametrize(
    ("text", "actor", "gender"),
    [
        ("Robin Calder spoke.", CALDER, None),
        ("Mrs. Robin Calder spoke.", CALDER, "she"),
        ("Robin Calder spoke.", ActorSpan("a1", "Robin Calder", "person", roles=("party chairwoman",)), "she"),
        ("Robin Calder spoke.", ActorSpan("a1", "Daniel Calder", "person"), "he"),
        ("Robin Calder spoke.", ActorSpan("a1", "Daniel Calder", "person", roles=("grandmother",)), "she"),
    ],
)
def test_title_role_and_first_name_tell_the_gender_in_that_order(
    text: str, actor: ActorSpan, gender: str | None
) -> None:
    assert StoryActors(annotated(text, {actor: ("Robin Calder",)})).gender(actor) == gender


def test_a_pronoun_settles_a_gender_that_was_open() -> None:
    story = StoryActors(annotated("Robin Calder spoke.", {CALDER: ("Robin Calder",)}))
    story.settle_gender(CALDER, "she")
    story.settle_gender(CALDER, "he")
    assert story.gender(CALDER) == "she"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Robin Calder", True),
        ("The mayor, Robin Calder,", True),
        ("Former mayor and party chairwoman Robin Calder", True),
        ("A lawyer for Robin Calder", False),
        ("Officials and Robin Calder", False),
    ],
)
def test_whom_a_source_names(text: str, named: bool) -> None:
    doc = annotated(f"{text} said the pier was safe.", {CALDER: ("Robin Calder",)})
    source = doc.char_span(0, len(text.rstrip(",")))
    assert source is not None
    assert StoryActors(doc).named_in(source) == (CALDER if named else None)
