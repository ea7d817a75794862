import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.spans import ActorSpan, SourceSpan
from tests.nlp.annotating import annotated, found, occurrences, shown

CALDER = ActorSpan("a1", "Ines Calder", "person", country="DK", roles=("former Danish Prime Minister",))
UMBER = ActorSpan("a3", "Umber Rail", "organisation")


def source_of(text: str, **places: str) -> SourceSpan:
    (source,) = annotated(text, places=places)._.sources
    assert isinstance(source, SourceSpan)
    return source


@pytest.mark.parametrize(
    ("text", "form", "affiliation", "role"),
    [
        ("A senior official said talks would resume.", "unnamed person", "government", None),
        ("Officials said talks would resume.", "unnamed group", "government", None),
        ("A company spokesman said the plant would close.", "unnamed person", "corporate", "representative"),
        ("A police officer said the road was shut.", "unnamed person", "military or police", "participant"),
        ("Analysts said prices would fall.", "unnamed group", "unknown", "expert"),
        ("Residents said the water was brown.", "unnamed group", "witness or resident", "witness"),
        ("A report said the dam was unsafe.", "document", "unknown", None),
        ("State television reported that the dam was unsafe.", "other media", "media", None),
        ("The ministry said the dam was unsafe.", "named organisation", "government", None),
        ("A university professor said the dam was unsafe.", "unnamed person", "academic", "expert"),
        ("A union leader said the strike would go on.", "unnamed person", "union", "decision-maker"),
    ],
)
def test_words_tell_form_affiliation_and_role(text: str, form: str, affiliation: str, role: str | None) -> None:
    source = source_of(text)
    assert (source.form, source.affiliation) == (form, affiliation)
    if role is not None:
        assert source.role is not None


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("Officials said in a statement that talks would resume.", "statement"),
        ("Officials told reporters that talks would resume.", "interview"),
        ("Officials said on Telegram that talks would resume.", "social post"),
        ("Officials said in a speech that talks would resume.", "speech"),
        ("Officials said that talks would resume.", None),
    ],
)
def test_words_beside_the_cue_tell_the_channel(text: str, channel: str | None) -> None:
    assert source_of(text).channel == channel


def test_the_channel_is_not_read_from_the_quoted_words() -> None:
    assert source_of("Officials said he would give a speech.").channel is None


def test_pronouns_and_short_names_are_mentions_of_one_source() -> None:
    text = "Ines Calder said talks would resume. Calder said it was time. “We are ready,” she said."
    doc = annotated(text, {CALDER: ("Ines Calder", "Calder")})
    (source,) = doc._.sources
    assert (source.name, source.actor, source.form, source.country) == ("Ines Calder", "a1", "named person", "DK")
    assert [doc.text[start:end] for start, end in source.mentions] == ["Ines Calder", "Calder", "she"]
    assert {quote.source_ref for quote in found(doc)} == {source.id}
    assert source.former


def test_the_same_words_are_one_source() -> None:
    doc = annotated("Officials said talks would resume. The officials said it was time.")
    (source,) = doc._.sources
    assert len(source.mentions) == 2
    assert source.unnamed


def test_an_organisation_is_named() -> None:
    doc = annotated("Umber Rail said the line would open.", {UMBER: ("Umber Rail",)})
    (source,) = doc._.sources
    assert (source.form, source.unnamed, source.name) == ("named organisation", False, "Umber Rail")


def test_the_country_comes_from_the_source_span() -> None:
    assert source_of("Iranian officials said talks would resume.", Iranian="IR").country == "IR"


def test_a_capital_that_speaks_is_a_government() -> None:
    source = source_of("Moscow said talks would resume.", Moscow="RU")
    assert (source.form, source.affiliation, source.country) == ("named organisation", "government", "RU")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Officials, speaking on condition of anonymity because they feared reprisals, said talks would resume.",
            "because they feared reprisals, said talks would resume",
        ),
        (
            "Officials said talks would resume. They spoke on condition of anonymity.",
            None,
        ),
        (
            "Officials, who asked not to be named because the matter is private, said talks would resume.",
            "because the matter is private",
        ),
        (
            "Talks would resume next week in Oslo, said officials who were not authorised to speak publicly.",
            "not authorised to speak publicly",
        ),
    ],
)
def test_anonymity_is_kept_with_its_reason(text: str, reason: str | None) -> None:
    (source,) = [item for item in annotated(text)._.sources if item.unnamed]
    assert source.anonymous
    if reason is None:
        assert source.reason is None
    else:
        assert source.reason is not None
        assert reason.split(",")[0] in source.reason


def test_unnamed_is_not_anonymous() -> None:
    source = source_of("A spokesman said talks would resume.")
    assert (source.unnamed, source.anonymous) == (True, False)


def test_a_medium_that_was_told_is_a_source_of_its_own() -> None:
    doc = annotated("Officials told Reuters that talks would resume.")
    assert {(source.name, source.form) for source in doc._.sources} == {
        ("Officials", "unnamed group"),
        ("Reuters", "other media"),
    }


def test_what_a_reporter_has_seen_names_the_reporter() -> None:
    doc = annotated("The dam is unsafe, according to a letter seen by Reuters.")
    assert ("Reuters", "the reporter") in {(source.name, source.form) for source in doc._.sources}


def test_reportedly_gives_no_source() -> None:
    doc = annotated("The minister has reportedly agreed to a second meeting with the miners.")
    assert ("reportedly", "none given") in {(source.name, source.form) for source in doc._.sources}


def test_a_reference_list_names_other_media() -> None:
    doc = annotated("The dam is unsafe.\nReference(s):\nharbourpost.example")
    (source,) = doc._.sources
    assert (source.name, source.form, source.rule) == ("harbourpost.example", "other media", "reference-list")
    assert [doc.text[start:end] for start, end in doc._.references] == ["harbourpost.example"]


def test_a_declined_comment_has_its_channel() -> None:
    doc = annotated("The company declined to comment.")
    (source,) = doc._.sources
    assert source.channel == "declined"
    assert list(source.mentions) == list(occurrences(doc.text, "The company"))


CLERK = ActorSpan("a5", "Ines Calder", "person")


def profile(text: str, *others: ActorSpan) -> tuple[str, str | None]:
    doc = annotated(text, {CLERK: ("Ines Calder",)} | {actor: (actor.name,) for actor in others})
    source = next(source for source in doc._.sources if source.actor == "a5")
    return source.affiliation, source.role


@pytest.mark.parametrize(
    ("text", "affiliation", "role"),
    [
        ("Denmark’s water minister Ines Calder said it was time.", "government", "decision-maker"),
        ("Rep. Ines Calder said it was time.", "government", "decision-maker"),
        ("Ines Calder, chief executive of Umber, said it was time.", "corporate", "decision-maker"),
        ("Ines Calder, a spokeswoman for the police, said it was time.", "military or police", "representative"),
        ("Ines Calder, a lawyer for the Sierra Club, said it was time.", "NGO", "representative"),
        ("Ines Calder, president of the Tide Council, a charity, said it was time.", "NGO", "decision-maker"),
        ("“It is time,” said Ines Calder, a marine ecologist at Umber College.", "academic", "expert"),
        ("Ines Calder, who heads the Quarrymen’s Union, said it was time.", "union", "decision-maker"),
        ("Dr. Ines Calder said it was time.", "unknown", "expert"),
        ("Ines Calder, chief of staff to the governor, said it was time.", "government", "participant"),
        ("The chief negotiator, Ines Calder, said it was time.", "unknown", "representative"),
        ("Ines Calder (D-Ohio), chief of a caucus, said it was time.", "government", "decision-maker"),
        ("Republican Secretary of State Ines Calder said it was time.", "government", "decision-maker"),
        ("Ines Calder, Chile’s chief negotiator, said it was time.", "government", "representative"),
        ("Ines Calder, who owns six halls, said it was time.", "corporate", "decision-maker"),
        ("The delegate Ines Calder, a former teacher, said it was time.", "unknown", "representative"),
        ("Ines Calder, 61, said it was time.", "witness or resident", "witness"),
        ("Ines Calder, a school-bus driver, said it was time.", "other", "participant"),
        ("Ines Calder said it was time.", "unknown", None),
    ],
)
def test_what_the_story_says_of_a_person_tells_affiliation_and_role(
    text: str, affiliation: str, role: str | None
) -> None:
    assert profile(text) == (affiliation, role)


def test_the_description_may_stand_elsewhere_in_the_story() -> None:
    assert profile("Ines Calder said it was time. The mayor, Ines Calder, left.")[0] == "government"


def test_an_aide_belongs_to_whom_she_speaks_for() -> None:
    boss = ActorSpan("a6", "Odd Vane", "person")
    text = "The candidate Odd Vane left early. Ines Calder, a spokeswoman for Odd Vane, said it was time."
    assert profile(text, boss) == ("political group", "representative")


def test_who_was_something_else_before_is_not_former() -> None:
    doc = annotated("The mayor Ines Calder, a former teacher, said it was time.", {CLERK: ("Ines Calder",)})
    assert not doc._.sources[0].former
    doc = annotated("The former mayor Ines Calder, a teacher, said it was time.", {CLERK: ("Ines Calder",)})
    assert doc._.sources[0].former


@pytest.mark.parametrize(
    ("text", "affiliation"),
    [
        ("Umber, a Kenyan charity, said it was time.", "NGO"),
        ("Ines Calder, chief executive of Umber, left. Umber said it was time.", "corporate"),
        ("The trade group Umber said it was time.", "corporate"),
        ("Umber said it was time.", "unknown"),
    ],
)
def test_what_the_story_says_of_a_body_tells_its_affiliation(text: str, affiliation: str) -> None:
    doc = annotated(text, {ActorSpan("a7", "Umber", "organisation"): ("Umber",)})
    assert doc._.sources[-1].affiliation == affiliation


@pytest.mark.parametrize(
    ("text", "affiliation"),
    [
        ("The dam is unsafe, according to an audit by the Tide Council, a Kenyan charity.", "NGO"),
        ("The World Tide Organisation said the dam was unsafe.", "international body"),
        ("Federal data showed that the dam was unsafe.", "government"),
    ],
)
def test_the_body_in_the_words_tells_the_affiliation(text: str, affiliation: str) -> None:
    assert source_of(text).affiliation == affiliation


def test_the_agency_is_the_organisation_named_last() -> None:
    doc = annotated(
        "The World Tide Organisation met. A spokesman for the agency said it was time.",
        {ActorSpan("a8", "World Tide Organisation", "organisation"): ("World Tide Organisation",)},
    )
    assert doc._.sources[-1].affiliation == "international body"


def test_a_body_taken_for_a_person_is_an_organisation() -> None:
    doc = annotated("The trade group Umber said it was time.", {ActorSpan("a9", "Umber", "person"): ("Umber",)})
    assert doc._.sources[0].form == "named organisation"


def test_a_name_in_full_is_the_person_known_by_surname() -> None:
    actor = ActorSpan("a2", "Calder", "person")
    doc = annotated("“It is time,” said Ines Calder, the minister. Calder said she would go.", {actor: ("Calder",)})
    (source,) = doc._.sources
    assert source.actor == "a2"


@pytest.mark.parametrize(
    "words", ["An aggressive", "The Latest", "Twelve percent", "Her advantage", "The endorsements"]
)
def test_what_cannot_speak_is_no_source(words: str) -> None:
    assert not annotated(f"{words} said that talks would resume.")._.sources


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Harbour data showed that eleven ships were waiting.", "Harbour data"),
        ("A study by the Tide College found no mussels.", "A study"),
    ],
)
def test_a_document_that_shows_something_is_a_source(text: str, name: str) -> None:
    source = source_of(text)
    assert (source.form, source.name) == ("document", name)


def test_a_document_within_a_quotation_is_none() -> None:
    doc = annotated("“The data showed that eleven ships were waiting,” officials said.")
    assert [source.name for source in doc._.sources] == ["officials"]


@pytest.mark.parametrize("medium", ["Radio Tide", "the daily Harbour Post", "The Harbour Courier", "Reuters"])
def test_a_medium_is_known_by_name_or_by_the_look_of_its_name(medium: str) -> None:
    doc = annotated(f"Officials told {medium} that talks would resume.")
    assert [source.form for source in doc._.sources] == ["unnamed group", "other media"]
    assert {source.channel for source in doc._.sources} == {"interview"}


def test_who_had_it_first_is_a_source() -> None:
    doc = annotated("The leak was first reported by The Washington Post.")
    assert [(source.name, source.channel) for source in doc._.sources] == [("Washington Post", "published work")]


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("A survey said the dam was unsafe.", "published work"),
        ("The ruling said the dam was unsafe.", "court"),
        ("State television reported that the dam was unsafe.", "published work"),
    ],
)
def test_what_is_published_tells_its_channel(text: str, channel: str) -> None:
    assert source_of(text).channel == channel


def test_a_government_speaks_for_the_country_the_story_is_about() -> None:
    doc = annotated("Kenya will dig wells. Kenya is dry. The ministry said it was time.", places={"Kenya": "KE"})
    assert doc._.sources[-1].country == "KE"


def test_bodies_in_the_plural_are_a_group() -> None:
    source = source_of("Several environmental groups said the dam was unsafe.")
    assert (source.form, source.affiliation) == ("unnamed group", "NGO")


def test_agencies_of_a_body_are_not_the_body() -> None:
    actor = ActorSpan("a4", "U.N.", "organisation")
    doc = annotated("The U.N. met. U.N. agencies said talks would resume.", {actor: ("U.N.",)})
    (source,) = doc._.sources
    assert (source.name, source.actor, source.affiliation) == ("U.N. agencies", None, "international body")


PIECES = [
    "Ines Calder",
    "Umber",
    "mayor",
    "the agency",
    "report showed",
    "said",
    "told Radio",
    "who owns",
    "former",
    "Dr.",
]
PIECES += [
    "“",
    "”",
    ",",
    "(D-",
    ")",
    "’s ",
    "campaign",
    "of the",
    "anonymity",
    "\n\n",
    "reported by Reuters",
    "\u200b",
    "é",
]


@settings(max_examples=40)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map(" ".join))
def test_any_text_leaves_sources_inside_it(text: str) -> None:
    actors = {CLERK: ("Ines Calder",), ActorSpan("a7", "Umber", "organisation"): ("Umber",)}
    doc = annotated(text, actors)
    ids = {source.id for source in doc._.sources}
    assert len(ids) == len(doc._.sources)
    assert {quote.source_ref for quote in found(doc)} <= {None, *ids}
    for source in doc._.sources:
        assert all(0 <= start < end <= len(text) for start, end in source.mentions)
        assert source.mentions


def test_whoever_is_a_who_is_a_source_however_rare_the_noun() -> None:
    source = source_of("Her bellringer, who asked to remain anonymous because he feared for his job, said it was over.")
    assert (source.form, source.unnamed, source.anonymous) == ("unnamed person", True, True)
    assert source.reason is not None
    assert source.reason.startswith("because he feared for his job")


def test_how_a_source_wants_to_be_named_is_its_reason_and_no_quote() -> None:
    text = "“It is time,” said a worker who asked not to be named out of fear of losing his job."
    doc = annotated(text)
    assert [cue for _, _, cue, _ in shown(doc)] == ["said"]
    assert [(source.anonymous, source.reason) for source in doc._.sources] == [(True, "out of fear of losing his job")]


def test_a_company_speaks_in_the_country_the_story_is_about() -> None:
    doc = annotated("Kenya will dig wells. Kenya is dry. The company said it was time.", places={"Kenya": "KE"})
    assert doc._.sources[-1].country == "KE"


def test_the_chief_of_a_country_is_of_its_government() -> None:
    actor = ActorSpan("a5", "Ines Calder", "person")
    doc = annotated("“It is time,” said Ines Calder, Kenya’s chief hydrologist.", {actor: ("Ines Calder",)})
    assert doc._.sources[0].affiliation == "government"
