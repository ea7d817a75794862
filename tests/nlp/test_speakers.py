import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.spans import ActorSpan
from tests.nlp.annotating import annotated, found

CALDER = ActorSpan("a1", "Ines Calder", "person", roles=("mayor of Port Ellis",))
OSEI = ActorSpan("a2", "Daniel Osei", "person", roles=("Prime Minister",))
UMBER = ActorSpan("a3", "Umber Rail", "organisation")
KIRBY = ActorSpan("a4", "Tamsen Kirby", "person")
NAMES = {
    CALDER: ("Ines Calder", "Calder"),
    OSEI: ("Daniel Osei", "Osei"),
    UMBER: ("Umber Rail",),
    KIRBY: ("Tamsen Kirby", "Kirby"),
}


def speaker_of_last(text: str) -> str | None:
    return found(annotated(text, NAMES))[-1].speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Ines Calder said the pier was safe.", "a1"),
        ("The mayor, Ines Calder, said the pier was safe.", "a1"),
        ("Prime Minister Daniel Osei, an ally of Ines Calder, said the pier was safe.", "a2"),
        ("A lawyer for Ines Calder said the pier was safe.", None),
        ("Ines Calder's lawyer said the pier was safe.", None),
        ("Umber Rail said the line would open on Friday.", "a3"),
    ],
)
def test_a_name_speaks_only_where_it_is_the_head(text: str, speaker: str | None) -> None:
    assert speaker_of_last(text) == speaker


def test_a_pronoun_is_the_person_of_its_gender_named_before() -> None:
    text = "Daniel Osei met Ines Calder in the harbour. “The pier is safe,” {} said."
    assert speaker_of_last(text.format("he")) == "a2"
    assert speaker_of_last(text.format("she")) == "a1"


def test_a_pronoun_goes_to_the_last_speaker_where_the_gender_is_not_known() -> None:
    text = "Tamsen Kirby said the pier was safe. “It held all winter,” she said."
    assert speaker_of_last(text) == "a4"


def test_a_settled_gender_holds_for_the_rest_of_the_story() -> None:
    text = (
        "Tamsen Kirby said the pier was safe. “It held all winter,” she said.\n"
        "Daniel Osei thanked Kirby. “The town is proud,” he said."
    )
    assert speaker_of_last(text) == "a2"


def test_a_relative_pronoun_is_the_noun_before_it() -> None:
    text = "The hall was full. It cheered Ines Calder, who said the pier was safe."
    assert speaker_of_last(text) == "a1"


def test_a_title_leads_to_whoever_has_the_role() -> None:
    text = "Ines Calder met Daniel Osei. The mayor said the pier was safe."
    doc = annotated(text, NAMES)
    assert found(doc)[-1].speaker == "a1"
    (mention,) = [item for item in doc._.mentions if item.level == "nominal"]
    assert (doc.text[mention.start : mention.end], mention.rule) == ("The mayor", "title")


def test_a_resolved_pronoun_becomes_a_mention() -> None:
    doc = annotated("Ines Calder spoke first. “The pier is safe,” she said.", NAMES)
    (mention,) = [item for item in doc._.mentions if item.level == "pronoun"]
    assert (doc.text[mention.start : mention.end], mention.actor) == ("she", "a1")


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The hall heard Daniel Osei, Tamsen Kirby and Ines Calder, who said the pier was safe.", "a1"),
        ("The hall heard Daniel Osei, the party's chief strategist, who said the pier was safe.", "a2"),
        ("The hall heard the head of Umber Rail, who said the pier was safe.", None),
    ],
)
def test_who_is_the_person_named_right_before_or_the_noun_explained(text: str, speaker: str | None) -> None:
    assert speaker_of_last(text) == speaker


@pytest.mark.parametrize(
    "text",
    [
        "Ines Calder and Daniel Osei said the pier was safe.",
        "Daniel Osei and his aides said the pier was safe.",
    ],
)
def test_none_of_several_speaks_alone(text: str) -> None:
    assert speaker_of_last(text) is None


def test_a_chain_of_pronouns_keeps_its_speaker_however_long() -> None:
    text = "Tamsen Kirby said the pier was safe.\n" + "“It held all winter,” she said. The rain fell.\n" * 9
    assert speaker_of_last(text) == "a4"


def test_a_pronoun_of_the_narrative_leads_on_to_the_next() -> None:
    text = "Tamsen Kirby arrived. " + "She walked along the pier. " * 8 + "“It is safe,” she said."
    assert speaker_of_last(text) == "a4"


def test_a_stranger_without_a_name_is_not_taken_for_somebody_named_before() -> None:
    assert speaker_of_last("The town trusts Tamsen Kirby. A doctor spoke next. “It is safe,” she said.") is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Umber Rail opened a line. It said the trains were full.", "a3"),
        ("Umber Rail opened a line. The company said the trains were full.", "a3"),
        ("Umber Rail opened a line. The study covered a year. It said the trains were full.", None),
        ("Umber Rail opened a line. The passengers complained. They said the trains were full.", None),
        ("The Umber Rail newspaper said the trains were full.", "a3"),
    ],
)
def test_a_thing_is_the_organisation_last_spoken_of(text: str, speaker: str | None) -> None:
    assert speaker_of_last(text) == speaker


def test_titles_before_a_name_lead_to_it() -> None:
    assert speaker_of_last("Former mayor and party chairwoman Ines Calder said the pier was safe.") == "a1"


def test_an_age_stands_for_the_person_last_spoken_of() -> None:
    text = "Daniel Osei met Ines Calder. Calder praised the pier, and the 34-year-old mother of two said: “It is safe.”"
    assert speaker_of_last(text) == "a1"


def test_what_says_which_decides_between_two_with_one_title() -> None:
    north = ActorSpan("a1", "Ines Calder", "person", roles=("Northern Sen.",))
    south = ActorSpan("a2", "Daniel Osei", "person", roles=("Southern Sen.",))
    text = "Ines Calder met Daniel Osei. The Northern senator said the pier was safe."
    doc = annotated(text, {north: ("Ines Calder",), south: ("Daniel Osei",)})
    assert found(doc)[-1].speaker == "a1"


def test_a_role_tells_the_gender_before_the_first_name_does() -> None:
    widow = ActorSpan("a1", "Daniel Calder", "person", roles=("widow",))
    text = "Daniel Calder met Daniel Osei. “The pier is safe,” she said."
    doc = annotated(text, {widow: ("Daniel Calder",), OSEI: ("Daniel Osei",)})
    assert found(doc)[-1].speaker == "a1"


def test_what_cannot_be_resolved_stays_open() -> None:
    doc = annotated("“The pier is safe,” she said.")
    assert found(doc)[0].speaker is None


WORDS = (
    "Ines Calder",
    "Osei",
    "Umber Rail",
    "CALDER:",
    "the mayor",
    "The 34-year-old mother",
    "A doctor",
    "the company",
    "he",
    "She",
    "it",
    "they",
    ", who",
    "and",
    "but",
    "said",
    "told",
    "that",
    "of",
    "“It is safe,”",
    "“",
    '"',
    ",",
    ". ",
    "\n",
)


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_any_text_has_speakers_who_are_actors_and_mentions_inside_it(text: str) -> None:
    doc = annotated(text, NAMES)
    known = {actor.id for actor in NAMES}
    assert {quote.speaker for quote in found(doc)} <= {None, *known}
    for mention in doc._.mentions:
        assert mention.actor in known
        assert 0 <= mention.start < mention.end <= len(text)
