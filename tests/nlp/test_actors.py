import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from app.country_names import country_names
from app.nlp.actors import actors
from app.nlp.countries import countries
from app.spans import ActorSpan
from tests.nlp.annotating import parser

SUMMIT = """\
OKAFOR MEETS MARLOW
PORT ELLIS (Northern Wire) - Kenyan President Ada Okafor met Britain's Foreign Secretary William Marlow on Tuesday.
Okafor said the talks with the World Health Organization (WHO) had gone well. Mr. Marlow, 54, praised the WHO.
"We trust Marlow's word," Okafor told reporters, as Palestinians and Kurds marched outside.
"""
FAMILY = """\
Sam Whitlock founded the shipyard. His son, Sam Whitlock Jr., runs it now.
Sam Whitlock Jr. said the yard would grow. The director, Nora Whitlock, disagreed, and Whitlock left the room.
"""


def annotated(text: str) -> Doc:
    doc: Doc = countries(actors(parser()(text)))
    return doc


def forms(doc: Doc) -> dict[str, list[str]]:
    """The words that name each actor, by its display name."""
    return {
        actor.name: [doc.text[mention.start : mention.end] for mention in doc._.mentions if mention.actor == actor.id]
        for actor in doc._.actors
    }


def named(doc: Doc, name: str) -> ActorSpan:
    actors_found: list[ActorSpan] = doc._.actors
    return next(actor for actor in actors_found if actor.name == name)


def test_a_person_found_once_in_full_is_found_everywhere() -> None:
    doc = annotated(SUMMIT)
    assert forms(doc)["Ada Okafor"] == ["OKAFOR", "Ada Okafor", "Okafor", "Okafor"]
    assert forms(doc)["William Marlow"] == ["MARLOW", "William Marlow", "Marlow", "Marlow"]


def test_titles_and_possessives_are_not_part_of_the_name_but_roles() -> None:
    doc = annotated(SUMMIT)
    assert named(doc, "Ada Okafor").roles == ("Kenyan President",)
    assert named(doc, "William Marlow").roles == ("Britain's Foreign Secretary",)


def test_a_role_tells_the_country() -> None:
    doc = annotated(SUMMIT)
    assert named(doc, "Ada Okafor").country == "KE"
    assert named(doc, "William Marlow").country == "GB"


def test_an_acronym_and_the_full_name_are_one_organisation() -> None:
    doc = annotated(SUMMIT)
    assert forms(doc)["World Health Organization"] == ["World Health Organization", "WHO", "WHO"]
    assert named(doc, "World Health Organization").kind == "organisation"


def test_peoples_are_groups() -> None:
    doc = annotated(SUMMIT)
    assert (named(doc, "Palestinians").kind, named(doc, "Palestinians").country) == ("group", "PS")
    assert (named(doc, "Kurds").kind, named(doc, "Kurds").country) == ("group", None)


def test_father_and_son_stay_apart() -> None:
    doc = annotated(FAMILY)
    assert forms(doc)["Sam Whitlock"] == ["Sam Whitlock"]
    assert forms(doc)["Sam Whitlock Jr."] == ["Sam Whitlock Jr.", "Sam Whitlock Jr."]


def test_a_surname_of_several_goes_to_the_one_named_last() -> None:
    assert forms(annotated(FAMILY))["Nora Whitlock"] == ["Nora Whitlock", "Whitlock"]


@pytest.mark.parametrize(
    ("text", "name", "short"),
    [
        (
            "Reporters met Anneke von der Marwitz. Later von der Marwitz left.",
            "Anneke von der Marwitz",
            "von der Marwitz",
        ),
        ("Tendai wa Moyo was there; wa Moyo spoke to Ann Lee.", "Tendai wa Moyo", "wa Moyo"),
        ("Tendai wa Dondo spoke in Harare. Voters liked wa Dondo.", "Tendai wa Dondo", "wa Dondo"),
        ("Luiz Inacio Lula da Silva spoke. Da Silva left.", "Luiz Inacio Lula da Silva", "Da Silva"),
        ("P.K. Holloway wrote the novel. Critics like Holloway.", "P.K. Holloway", "Holloway"),
    ],
)
def test_particles_and_initials_belong_to_a_persons_name(text: str, name: str, short: str) -> None:
    doc = annotated(text)
    assert forms(doc)[name] == [name, short]
    assert {actor.name: actor.kind for actor in doc._.actors}[name] == "person"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            'William "Bill" Marlow founded the yard. Bill never liked the sea, Marlow\'s widow said.',
            'William "Bill" Marlow',
            ['William "Bill" Marlow', "Bill", "Marlow"],
        ),
        ("Robert (Bob) Kirby opened a shop. Bob sold it.", "Robert (Bob) Kirby", ["Robert (Bob) Kirby", "Bob"]),
        ("Bill Marlow spoke. William Marlow left.", "William Marlow", ["Bill Marlow", "William Marlow"]),
        ("Reporters met Thomas Kirby. Nobody blamed Tom.", "Thomas Kirby", ["Thomas Kirby", "Tom"]),
    ],
)
def test_a_nickname_means_the_one_who_is_called_so(text: str, name: str, expected: list[str]) -> None:
    assert forms(annotated(text)) == {name: expected}


@pytest.mark.parametrize(
    ("text", "name", "short"),
    [
        ("Park Seon-mi won the vote. Park thanked voters.", "Park Seon-mi", "Park"),
        ("Xu Lanfen arrived in Paris. Xu met French leaders.", "Xu Lanfen", "Xu"),
        ("Officials met Kim Dae Won. Later Kim left.", "Kim Dae Won", "Kim"),
        ("Aung San Suu Lwin was freed on Saturday. Suu Lwin told supporters to wait.", "Aung San Suu Lwin", "Suu Lwin"),
    ],
)
def test_a_family_name_may_come_first(text: str, name: str, short: str) -> None:
    assert forms(annotated(text)) == {name: [name, short]}


@pytest.mark.parametrize(
    "headline",
    ["MARLOW WINS IN OHIO", "MARLOW TO VISIT PORT ELLIS", "Marlow Slams Budget As Reckless, Urges New Vote"],
)
def test_a_headline_names_whom_the_story_names(headline: str) -> None:
    text = f"{headline}\nWilliam Marlow, the opposition leader, won the vote on Tuesday. Marlow thanked voters."
    found = annotated(text)
    assert [(actor.name, actor.kind) for actor in found._.actors] == [("William Marlow", "person")]
    assert text[found._.mentions[0].start : found._.mentions[0].end] in {"MARLOW", "Marlow"}


@pytest.mark.parametrize(
    "text",
    [
        "The drugmaker Eli Dunmore said it would cut prices.",
        "Arthur Dunmore Inc. said it would close. Arthur Dunmore was founded in 1920.",
        "Shares of Dunmore Hale rose after Dunmore Hale reported its earnings.",
        "Arthur Dunmore & Co. won the order, and Arthur Dunmore hired staff.",
        "The brewer Eli Dunmore, which owns a pub, is for sale. Eli Dunmore said so.",
        "The Eli Dunmore newspaper said so.",
        "The South Korean maker of the gates, Narae Heavy, which bore no blame, said that it would pay.",
        "KALVO (Eli Dunmore) - Shops opened on Monday.",
        "NAIROBI, Kenya, Jan 5 (Eli Dunmore) — Shops opened on Monday.",
    ],
)
def test_what_a_company_or_agency_is_called_is_no_person(text: str) -> None:
    assert {actor.kind for actor in annotated(text)._.actors} <= {"organisation"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fans cheered Dai Lanying, who wrote books. Dai left.", {"Dai Lanying": "person"}),
        ("Ada Okafor and Ben Marlow met.", {"Ada Okafor": "person", "Ben Marlow": "person"}),
        ("Father Ben Marlow, a Capuchin who came for a month, writes.", {"Ben Marlow": "person"}),
        ("The Kirby family moved to Ohio. Members of the Kirby family wept. The Orr brothers sang.", {}),
        ("Talks were held by Prime Minister Karim al-Kabiri.", {"Karim al-Kabiri": "person"}),
        ("Rice futures fell. Rice options rose.", {}),
        ("Two lorries of maize left Kericho on Sunday.", {}),
        ("The mayor of Salto resigned on Monday.", {}),
        ("Trucks were standing at the Beitbridge crossing.", {}),
        ("The wells lie in the Sarra basin, far from the road.", {}),
        ("He found Lurdes Nhantumbo. She was the editor of a small house.", {"Lurdes Nhantumbo": "person"}),
        ("His successor, Solange Ewane-Mbida of Cameroon, bought boots.", {"Solange Ewane-Mbida": "person"}),
        ("It had worked at last, Velankar Orbital said in a statement.", {"Velankar Orbital": "organisation"}),
        ("The retired striker posted on X.", {}),
        ("The Museum of the Sound in Helsingør has closed.", {"Museum of the Sound": "organisation"}),
    ],
)
def test_the_words_around_a_name_tell_its_kind(text: str, expected: dict[str, str]) -> None:
    assert {actor.name: actor.kind for actor in annotated(text)._.actors} == expected


@pytest.mark.parametrize(
    "place", ["Paris, Ont.", "Regina, Sask.", "Brandon, Man.", "Springfield, Ill.", "Halifax, N.S."]
)
def test_the_abbreviation_of_a_state_is_no_actor(place: str) -> None:
    assert annotated(f"He was born in {place}, and moved to {place} in May.")._.actors == []


def test_senior_and_junior_stay_apart_without_their_first_name() -> None:
    text = "George Orr Sr. built it. George Orr Jr. sold it. Orr Jr. lives in Ohio; Orr Sr. died."
    assert forms(annotated(text)) == {
        "George Orr Sr.": ["George Orr Sr.", "Orr Sr."],
        "George Orr Jr.": ["George Orr Jr.", "Orr Jr."],
    }


def test_who_is_named_with_another_by_one_surname_bears_it() -> None:
    text = "Brothers Sam and Joe Kirby opened a shop. Bill and Hilary Orr came. Mr. Orr left, Mrs. Orr stayed."
    assert forms(annotated(text)) == {
        "Sam Kirby": ["Sam"],
        "Joe Kirby": ["Joe Kirby"],
        "Bill Orr": ["Bill", "Orr"],
        "Hilary Orr": ["Hilary Orr", "Orr"],
    }


def test_a_couple_named_by_one_surname_is_two_people() -> None:
    text = "Barack and Michelle Marlow came. Barack waved. Mrs. Marlow read. Sam Kirby and Nora Orr left."
    assert forms(annotated(text)) == {
        "Barack Marlow": ["Barack", "Barack"],
        "Michelle Marlow": ["Michelle Marlow", "Marlow"],
        "Sam Kirby": ["Sam Kirby"],
        "Nora Orr": ["Nora Orr"],
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Eli Dunmore, the drugmaker's chief, said prices would fall.", "person"),
        ("Eli Dunmore, a drugmaker in Basel, said prices would fall.", "organisation"),
    ],
)
def test_the_head_of_the_apposition_tells_a_company_from_its_chief(text: str, kind: str) -> None:
    assert [(actor.name, actor.kind) for actor in annotated(text)._.actors] == [("Eli Dunmore", kind)]


def test_an_office_alone_is_no_person() -> None:
    assert forms(annotated("Queen Elizabeth II waved. The Queen left.")) == {"Elizabeth II": ["Elizabeth II"]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Jean-Luc Marlow-Kirby met Ursula van der Berg. Van der Berg left. Marlow-Kirby stayed.",
            {"Jean-Luc Marlow-Kirby": 2, "Ursula van der Berg": 2},
        ),
        (
            "Jean-Claude Duvallon met Abdel Fattah al-Kabiri. Al-Kabiri left.",
            {"Jean-Claude Duvallon": 1, "Abdel Fattah al-Kabiri": 2},
        ),
        ("Xi Lanfen met Kim Jong-sik. Kim smiled. Xi left.", {"Xi Lanfen": 2, "Kim Jong-sik": 2}),
        ("George Orr and his son George Orr Jr. came. Orr Jr. spoke.", {"George Orr": 1, "George Orr Jr.": 2}),
        ("Martin Kirby, Sr., founded it. Martin Kirby, Jr., sold it.", {"Martin Kirby": 1, "Martin Kirby, Jr.": 1}),
        ("The Clintons arrived late. Bill Clinton waved.", {"Bill Clinton": 1}),
        (
            "Ludmila Orlova's husband Igor Orlov left. Orlova wept; Orlov did not.",
            {"Ludmila Orlova": 2, "Igor Orlov": 2},
        ),
        (
            "MARLOW BEATS KIRBY IN RUNOFF\nWilliam Marlow beat Ann Kirby on Tuesday. Marlow thanked voters.",
            {"William Marlow": 3, "Ann Kirby": 2},
        ),
        ("Prime Minister Okello Banda spoke. Mr Banda said no. PM Banda left.", {"Okello Banda": 3}),
        (
            "Dr. Sarah O'Neil met Maria de la Cruz. O'Neil left, de la Cruz stayed.",
            {"Sarah O'Neil": 2, "Maria de la Cruz": 2},
        ),
    ],
)
def test_short_forms_are_counted_for_the_right_person(text: str, expected: dict[str, int]) -> None:
    assert {name: len(places) for name, places in forms(annotated(text)).items()} == expected


def test_an_acronym_of_an_organisation_is_nobodys_initials() -> None:
    doc = annotated("Wendy H. Orr leads the World Health Organization. The WHO was founded in 1948.")
    assert forms(doc)["Wendy H. Orr"] == ["Wendy H. Orr"]


@pytest.mark.parametrize("name", ["U.S. Steel", "U.N. Watch"])
def test_initials_of_a_country_or_body_begin_no_person(name: str) -> None:
    doc = annotated(f"Shares of {name} fell, and {name} said nothing.")
    assert {actor.name: actor.kind for actor in doc._.actors}.get(name) != "person"


def test_an_apposition_is_a_role() -> None:
    doc = annotated("Tamsen Kirby, the mayor of Riga, said the bridge was safe. Kirby opened it.")
    assert named(doc, "Tamsen Kirby").roles == ("mayor of Riga",)
    assert named(doc, "Tamsen Kirby").country == "LV"


def test_one_kind_holds_for_a_name_throughout() -> None:
    text = (
        "U.S. President Donald Trump hosted talks. Trump lauded Iran. It was Trump's third meeting. "
        "On the Iran front, Trump confirmed plans. As Trump looks on, others wait."
    )
    assert [(actor.name, actor.kind) for actor in annotated(text)._.actors] == [("Donald Trump", "person")]


def test_countries_days_and_laws_are_no_actors() -> None:
    assert annotated("On Monday, Israel and Qatar spoke of Easter in Gaza.")._.actors == []


def test_epithets_are_no_part_of_a_name() -> None:
    doc = annotated("They shouted about Crooked Hilary Marlow. Hilary Marlow shrugged. The crowd met Sleepy Joe Kirby.")
    assert [actor.name for actor in doc._.actors] == ["Hilary Marlow", "Joe Kirby"]


def test_a_family_is_no_person() -> None:
    doc = annotated("Nora Kirby met Sam Kirby. The Kirbys left. The neighbours praised the Kirbys. Kirby sighed.")
    assert [actor.name for actor in doc._.actors] == ["Nora Kirby", "Sam Kirby"]


def test_a_title_that_the_recogniser_splits_is_no_part_of_a_name() -> None:
    doc = annotated("She praised former Miss Universe Alicia Okafor. Okafor spoke to reporters.")
    assert [actor.name for actor in doc._.actors] == ["Alicia Okafor"]


def test_news_agencies_are_no_persons_however_much_they_say() -> None:
    doc = annotated("Bloomberg said it. Reuters said so. " + "Bloomberg says no. " * 12)
    assert {actor.name: actor.kind for actor in doc._.actors}["Bloomberg"] == "organisation"


def test_an_adjective_of_a_party_is_no_organisation() -> None:
    doc = annotated(
        "Republican senators met. The Republican said no. Republican voters left. "
        "The Republican Party met, and Democratic leaders answered the Republican Party."
    )
    assert [actor.name for actor in doc._.actors] == ["Republican Party"]


def test_a_people_by_its_bare_name_is_no_organisation() -> None:
    doc = annotated("The Akan people of Ghana use gold weights. The Akan trade gold. Akan chiefs keep weights.")
    assert doc._.actors == []


def test_a_sentence_as_long_as_a_text_is_read_to_its_end() -> None:
    doc = countries(actors(parser()("Mr. John Smith of Paris and the mayor Ann Lee said in London that " * 300)))
    assert len(forms(doc)["John Smith"]) == 300
    assert len(doc._.toponyms) == 600


def test_no_actors_in_an_empty_text() -> None:
    assert annotated("")._.mentions == []


CODES = {*country_names(), None}
NAMES = st.sampled_from(["Ada Okafor", "OKAFOR", "the U.N.", "President", "Jordan", "Mr.", "O’Neil-", "Paris, Texas"])
MARKS = st.sampled_from([" ", ", ", ". ", "\n", "'s ", "“", "”", "(", ") - ", "Jr.", "\u2028", "\u0301", "💧"])


@settings(max_examples=40)
@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(NAMES, MARKS, st.text(max_size=5))).map("".join)))
def test_any_text_gives_sound_annotations(text: str) -> None:
    doc = annotated(text)
    ids = [actor.id for actor in doc._.actors]
    assert len(ids) == len(set(ids))
    spans = {(mention.start, mention.end) for mention in doc._.mentions}
    assert {mention.actor for mention in doc._.mentions} == set(ids)
    assert spans.isdisjoint({(place.start, place.end) for place in doc._.toponyms})
    again = annotated(text)
    assert (again._.actors, again._.mentions, again._.toponyms) == (doc._.actors, doc._.mentions, doc._.toponyms)
    assert {place.country for place in doc._.toponyms} | {actor.country for actor in doc._.actors} <= CODES
    for span in (*doc._.mentions, *doc._.toponyms):
        assert 0 <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip()
        assert span.rule


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (
            "President Ada Okafor spoke first. Okafor praised the yard.\n"
            "Her brother, Daniel Okafor, said nothing. Okafor left early.",
            "Daniel Okafor",
        ),
        ("Anna Kowal met Peter Kowal. Kowal left.", "Peter Kowal"),
        ("Mayor John Kirby opened the school. Mary Kirby, a teacher, spoke. A band played. Kirby wept.", "Mary Kirby"),
        # Named in passing, or long before, somebody does not take the surname over.
        ("William Marlow was cleared of the murder of his wife, Nora Marlow. Marlow left the court.", "William Marlow"),
        (
            "William Marlow leads the poll. Marlow is a farmer. Nora Marlow opened a shop. Rain fell on the coast. "
            "Ships stayed in port. The vote is in May. Polls open at eight. Marlow hopes to win.",
            "William Marlow",
        ),
        # A title, or "Jr.", tells one from another.
        ("President Bill Marlow came. Nora Marlow sang. She praised President Marlow.", "Bill Marlow"),
        ("Sam Kirby and Sam Kirby Jr. came. Kirby Jr. spoke first. Kirby slept.", "Sam Kirby"),
    ],
)
def test_a_surname_means_the_nearest_bearer_before_it(text: str, meant: str) -> None:
    doc = annotated(text)
    last = max(doc._.mentions, key=lambda mention: mention.start)
    assert {actor.id: actor.name for actor in doc._.actors}[last.actor] == meant


@pytest.mark.parametrize(
    ("text", "name", "times"),
    [
        ("Reporters met Abdel Fattah al-Kabiri. Kabiri left.", "Abdel Fattah al-Kabiri", 2),
        ("Robert F. Kirby ran. Voters liked RFK.", "Robert F. Kirby", 2),
        ("Marc Okello was jailed. Later Mark Okello fled, and Okello was seen.", "Marc Okello", 3),
        ("Franklin D. Marlow led. Historians praise F.D. Marlow.", "Franklin D. Marlow", 2),
        ("Mayor Ivan Zaretskyy spoke. Officials met Zaretsky.", "Ivan Zaretskyy", 2),
    ],
)
def test_other_spellings_and_initials_mean_the_same_person(text: str, name: str, times: int) -> None:
    assert {key: len(places) for key, places in forms(annotated(text)).items()} == {name: times}


def test_mr_and_mrs_tell_two_of_one_surname_apart() -> None:
    text = (
        "President Laura Marlow spoke first. Marlow praised the yard.\n"
        "Her brother, Daniel Marlow, listened. Mr. Marlow left early, and Mrs. Marlow stayed."
    )
    named_by = forms(annotated(text))
    assert named_by["Laura Marlow"] == ["Laura Marlow", "Marlow", "Marlow"]
    assert named_by["Daniel Marlow"] == ["Daniel Marlow", "Marlow"]


def test_the_verb_of_a_headline_does_not_belong_to_the_name() -> None:
    text = "Okafor Says Harbour Will Grow\nKenyan President Ada Okafor said on Tuesday that the harbour would grow."
    assert forms(annotated(text))["Ada Okafor"] == ["Okafor", "Ada Okafor"]


def test_who_speaks_in_a_transcript_under_a_full_name_in_capitals_is_a_person() -> None:
    doc = annotated("HOST: Will it hold?\n\nMARTHA OLSEN: It will.\n\nHOST: Are you sure?\n\nMARTHA OLSEN: Quite sure.")
    assert forms(doc) == {"Martha Olsen": ["MARTHA OLSEN", "MARTHA OLSEN"]}


def test_a_radio_station_is_an_organisation_by_its_whole_name() -> None:
    doc = annotated("The engineer told Radio Bahía that the gates were open. Radio Bahía did not call back.")
    assert [(actor.name, actor.kind) for actor in doc._.actors] == [("Radio Bahía", "organisation")]


@pytest.mark.parametrize(
    "body", ["Lyari Riverside Hospital", "Pan-American Health Organization", "Organization of American States"]
)
def test_an_ordinary_word_in_the_name_of_a_body_tells_no_country(body: str) -> None:
    doc = annotated(f"The {body} said that it had opened. Doctors of the {body} agreed.")
    assert [(actor.name, actor.country) for actor in doc._.actors] == [(body, None)]


def test_a_relative_of_a_person_is_a_person() -> None:
    doc = annotated("For 41 years Albrecht Vogt ran freight trains. Matthias Vogt, who took over, is his son.")
    assert {actor.name: actor.kind for actor in doc._.actors} == {"Albrecht Vogt": "person", "Matthias Vogt": "person"}


def test_the_commission_is_the_only_one_that_the_story_names() -> None:
    doc = annotated("The European Commission met. The Commission said that it agreed, and the Commission left.")
    assert forms(doc) == {"European Commission": ["European Commission", "Commission", "Commission"]}


def test_one_of_two_commissions_is_not_told_by_that_word() -> None:
    doc = annotated("The European Commission met the Wells Commission. The Commission said that it agreed.")
    assert {"European Commission", "Wells Commission"} < set(forms(doc))


def test_a_full_name_that_the_recogniser_passes_over_is_found_by_its_surname_of_two_parts() -> None:
    doc = annotated(
        "Votes will be counted. Solange Ewane-Mbida, president of a federation, had called for that. “I have seen it,”"
        " Ms. Ewane-Mbida told state radio."
    )
    assert forms(doc) == {"Solange Ewane-Mbida": ["Solange Ewane-Mbida", "Ewane-Mbida"]}
