import pytest

from app.spans import ActorSpan, SourceSpan
from tests.nlp.annotating import annotated, found, occurrences

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
