import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.nlp.annotating import annotated, found, said, shown

PIECES = st.sampled_from(
    [
        "“", "”", '"', "''", "‘", "’", "«", "»", "\n", "\n\n", " ", ", ", ". ", ": ", "— ", "she said", "according to",
        "officials", "The mayor", "told Reuters", "that the road is shut", "reportedly", "declined to comment", "who",
        "Source: ", "Reference(s):", "\u200b", "😀", "\r\n", "on condition of anonymity because", "é", "\x00",
    ]
)  # fmt: skip
HOSTILE = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=120)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "“We will rebuild the harbour,” the mayor said.",
            ("direct", "the mayor", "said", "“We will rebuild the harbour,”"),
        ),
        (
            "“We will rebuild the harbour,” said Ines Calder, the mayor of Port Ellis.",
            ("direct", "Ines Calder, the mayor of Port Ellis", "said", "“We will rebuild the harbour,”"),
        ),
        (
            'Calder said: "We will rebuild the harbour."',
            ("direct", "Calder", "said", '"We will rebuild the harbour."'),
        ),
        (
            "''We will rebuild the harbour,'' Calder told reporters on Monday.",
            ("direct", "Calder", "told", "''We will rebuild the harbour,''"),
        ),
        (
            "The governor added, “Nobody was hurt.”",
            ("direct", "The governor", "added", "“Nobody was hurt.”"),
        ),
        (
            "“Nobody was hurt,” according to the governor.",
            ("direct", "the governor", "according to", "“Nobody was hurt,”"),
        ),
        (
            "Said Calder: “The bridge is unsafe.”",
            ("direct", "Calder", "Said", "“The bridge is unsafe.”"),
        ),
        (
            "“The bridge is unsafe,” warned the engineer who built it.",
            ("direct", "the engineer who built it", "warned", "“The bridge is unsafe,”"),
        ),
        (
            "“The party will fight on,” Sir Vince Cable, who replaced Tim Farron, said.",
            ("direct", "Sir Vince Cable, who replaced Tim Farron", "said", "“The party will fight on,”"),
        ),
        (
            "“The bridge is unsafe,” said, after a long pause, the engineer who built it.",
            ("direct", "the engineer who built it", "said", "“The bridge is unsafe,”"),
        ),
        (
            "Asked in May who would pay, Calder said: “The harbour will.”",
            ("direct", "Calder", "said", "“The harbour will.”"),
        ),
        (
            "Talks ended.\n\nInes Calder, the mayor – “The harbour will pay for all of it.”\n\nRain fell.",
            ("direct", "Ines Calder, the mayor", "–", "“The harbour will pay for all of it.”"),
        ),
        (
            "‹The ferry left too early,› Calder said.",
            ("direct", "Calder", "said", "‹The ferry left too early,›"),
        ),
    ],
)
def test_direct_quotations_have_their_cue_and_source(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [expected]


def test_a_cue_of_the_next_sentence_is_not_that_of_a_quotation_behind_a_colon() -> None:
    doc = annotated("Calder tweeted: “What a day!” Later she tweeted that the harbour was shut.")
    assert shown(doc) == [
        ("direct", "Calder", "tweeted", "“What a day!”"),
        ("indirect", "she", "tweeted", "that the harbour was shut"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("According to the report, sales fell by 4%.", ("indirect", "the report", "According to", "sales fell by 4%")),
        ("Sales fell by 4%, according to the report.", ("indirect", "the report", "according to", "Sales fell by 4%")),
        (
            "The gates were opened at midnight, according to a log of the operator, Pier Power Corp.",
            (
                "indirect",
                "a log of the operator, Pier Power Corp.",
                "according to",
                "The gates were opened at midnight",
            ),
        ),
        (
            "In the words of one diplomat, the talks were “a train wreck”.",
            ("mixed", "one diplomat", "In the words of", "the talks were “a train wreck”"),
        ),
    ],
)
def test_words_after_according_to_and_in_the_words_of_are_the_source(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [expected]


def test_the_words_of_somebody_in_another_sense_introduce_nothing() -> None:
    assert shown(annotated("The choir sang the words of the king.")) == []


@pytest.mark.parametrize("dateline", ["NAIROBI (Meridian Wire) — ", "MUSCAT, Oman (Meridian Wire) – ", "PORT ELLIS - "])
def test_a_dateline_belongs_to_no_quote(dateline: str) -> None:
    doc = annotated(
        dateline + "The council agreed to open the harbour, Calder said on Monday. Kenya said it would help."
    )
    assert [(source, content) for _, source, _, content in shown(doc)][-2:] == [
        ("Calder", "The council agreed to open the harbour"),
        ("Kenya", "it would help"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Calder called her mother.",
        "Osei wrote his third novel in a hut.",
        "Insurers with a lot of money at stake were told.",
    ],
)
def test_calls_novels_and_questions_put_to_somebody_are_not_quotes(text: str) -> None:
    assert shown(annotated(text)) == []


def test_a_quotation_split_by_its_cue_is_one_quote_with_two_pieces() -> None:
    doc = annotated("“The ferry left early,” Calder said. “Nobody had told the crew.”")
    assert shown(doc) == [("direct", "Calder", "said", "“The ferry left early,” … “Nobody had told the crew.”")]


def test_a_quotation_split_within_its_sentence_is_one_quote() -> None:
    doc = annotated("“The ferry,” Calder said, “left far too early.”")
    assert shown(doc) == [("direct", "Calder", "said", "“The ferry,” … “left far too early.”")]


def test_two_attributed_quotations_stay_two() -> None:
    doc = annotated("“The ferry left early,” Calder said. “Nobody had told the crew,” Osei replied.")
    assert [source for _, source, _, _ in shown(doc)] == ["Calder", "Osei"]


def test_a_quotation_over_several_paragraphs_is_one_quote() -> None:
    doc = annotated("“The storm came at night,” Calder said. “We had no power.\n\n“By morning the pier was gone.”")
    ((_, source, _, content),) = shown(doc)
    assert source == "Calder"
    assert content.count(" … ") == 2


def test_a_colon_at_the_end_of_a_paragraph_introduces_the_next_one() -> None:
    doc = annotated("After the vote Calder wrote:\n\n“The harbour belongs to everybody in this town.”")
    assert shown(doc) == [("direct", "Calder", "wrote", "“The harbour belongs to everybody in this town.”")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Calder said the harbour would reopen in May.", ("Calder", "said", "the harbour would reopen in May")),
        ("The harbour would reopen in May, Calder said.", ("Calder", "said", "The harbour would reopen in May")),
        (
            "The talks ended without a deal, according to Danish officials.",
            ("Danish officials", "according to", "The talks ended without a deal"),
        ),
        (
            "According to Danish officials, the talks ended without a deal.",
            ("Danish officials", "According to", "the talks ended without a deal"),
        ),
        (
            "Calder told the council that the bridge was unsafe.",
            ("Calder", "told", "that the bridge was unsafe"),
        ),
        (
            "Calder suggested that residents could stay.",
            ("Calder", "suggested", "that residents could stay"),
        ),
        (
            "The minister denied the allegations.",
            ("The minister", "denied", "the allegations"),
        ),
        (
            "Osei accused the company of hiding the leak.",
            ("Osei", "accused", "the company of hiding the leak"),
        ),
        (
            "Residents blamed the company for the leak.",
            ("Residents", "blamed", "the company for the leak"),
        ),
    ],
)
def test_reported_speech_is_found_in_its_frames(text: str, expected: tuple[str, ...]) -> None:
    assert ("indirect", *expected) in shown(annotated(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The minister made clear that the road would shut.",
            ("The minister", "made clear", "that the road would shut"),
        ),
        (
            "The council has made it clear that the road will shut.",
            ("The council", "has made it clear", "that the road will shut"),
        ),
        (
            "The company issued a statement saying the leak had been stopped.",
            ("The company", "issued a statement saying", "the leak had been stopped"),
        ),
        (
            "The council expressed concern that the wells were drying up.",
            ("The council", "expressed concern", "that the wells were drying up"),
        ),
        (
            "The ministry voiced fears that the dam could burst.",
            ("The ministry", "voiced fears", "that the dam could burst"),
        ),
    ],
)
def test_a_longer_cue_is_one_cue(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [("indirect", *expected)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Calder's claim that the harbour is safe has angered the town.",
            ("Calder", "claim", "that the harbour is safe"),
        ),
        (
            "The minister's assertion that the bridge is safe was met with laughter.",
            ("The minister", "assertion", "that the bridge is safe"),
        ),
    ],
)
def test_a_noun_of_speech_is_a_cue(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [("indirect", *expected)]


@pytest.mark.parametrize(
    "text", ["Allegedly, the minister took the money.", "Reportedly, the minister took the money."]
)
def test_an_adverb_that_opens_a_sentence_is_a_cue(text: str) -> None:
    adverb = text.split(",")[0]
    assert shown(annotated(text)) == [("indirect", "", adverb, "the minister took the money")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge, Calder told the council, is unsafe.", ("Calder", "told", "The bridge … is unsafe")),
        ("The talks, officials told Reuters, will resume.", ("officials", "told", "The talks … will resume")),
        (
            "Despite the minister's insistence that the bridge is safe, the council shut it.",
            ("the minister", "insistence", "that the bridge is safe"),
        ),
        (
            "The vaccine, said Dr. Kwame Orr, would be free.",
            ("Dr. Kwame Orr", "said", "The vaccine … would be free"),
        ),
        (
            "The dam, says a study published on Monday, was weak.",
            ("a study published on Monday", "says", "The dam … was weak"),
        ),
        (
            "Its report, 218 pages long, says Calder closed the night post in 2024, and that nobody objected.",
            (
                "Its report, 218 pages long",
                "says",
                "Calder closed the night post in 2024, and that nobody objected",
            ),
        ),
    ],
)
def test_a_cue_may_stand_within_or_before_another_clause(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [("indirect", *expected)]


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("Calder declined to say whether the pier was “a risk”.", "declined"),
        ("Calder refused to say how many had died.", "refused"),
        ("Calder denied reports that he had called the pier “a wreck”.", "denied"),
    ],
)
def test_what_was_not_said_is_no_further_quote(text: str, cue: str) -> None:
    assert [each for _, _, each, _ in shown(annotated(text))] == [cue]


def test_the_boat_that_somebody_built_is_not_told() -> None:
    assert shown(annotated("The boat, who ever told you so, is late.")) == []


def test_reportedly_is_a_cue_without_a_source_in_short_sentences_too() -> None:
    assert shown(annotated("The minister reportedly agreed.")) == [
        ("indirect", "", "reportedly", "The minister … agreed")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Calder has been quoted as saying that the deal is dead.", ("Calder", "saying", "that the deal is dead")),
        (
            "The mayor was quoted by the Harbour Times as saying the pier was lost.",
            ("The mayor", "saying", "the pier was lost"),
        ),
        (
            "The campaign sent a letter to voters saying that the fight goes on.",
            ("The campaign", "saying", "that the fight goes on"),
        ),
        ("He was asked about the pier and joked that it was a boat.", ("He", "joked", "that it was a boat")),
        (
            "The bridge is unsafe, warned the engineer who built it.",
            ("the engineer who built it", "warned", "The bridge is unsafe"),
        ),
    ],
)
def test_the_source_is_whoever_spoke(text: str, expected: tuple[str, ...]) -> None:
    assert shown(annotated(text)) == [("indirect", *expected)]


def test_a_verb_on_the_way_to_a_direct_quotation_makes_no_further_quote() -> None:
    assert shown(annotated("The senator emailed supporters saying: “The fight goes on.”")) == [
        ("direct", "The senator", "saying", "“The fight goes on.”")
    ]


def test_a_participle_takes_the_subject_of_its_sentence() -> None:
    doc = annotated("Osei opposed the plan, saying it would cost the town too much.")
    assert ("indirect", "Osei", "saying", "it would cost the town too much") in shown(doc)


def test_a_noun_with_a_participle_is_its_source() -> None:
    doc = annotated("The blockade goes on, with aid agencies warning that fuel will run out within days.")
    assert ("indirect", "aid agencies", "warning", "that fuel will run out within days") in shown(doc)


def test_words_in_marks_within_reported_speech_make_it_mixed() -> None:
    doc = annotated("Calder said the new pier was a “gift to the town” from its builders.")
    ((kind, source, cue, content),) = shown(doc)
    assert (kind, source, cue) == ("mixed", "Calder", "said")
    assert content.startswith("the new pier was a “gift to the town”")


def test_marks_at_the_end_of_reported_speech_belong_to_it() -> None:
    doc = annotated("Calder said the new pier was part of a “lasting deal.”")
    assert said(doc, found(doc)[0].content).endswith("“lasting deal.”")


def test_a_sentence_without_end_is_not_read() -> None:
    assert shown(annotated("Osei said that " * 400)) == []


def test_a_bracket_behind_a_source_belongs_to_it() -> None:
    doc = annotated("The Harbour Workers Union (HWU) said the strike would go on.")
    assert shown(doc)[0][1] == "The Harbour Workers Union (HWU)"


def test_a_name_behind_a_dash_signs_a_quotation() -> None:
    doc = annotated("“The pier was the heart of our town.” — Tamsen Kirby\nThe town voted.")
    assert shown(doc) == [("direct", "Tamsen Kirby", "—", "“The pier was the heart of our town.”")]


def test_a_clause_that_ends_in_marks_is_quoted_whole() -> None:
    doc = annotated("The new pier is a “gift to the whole town,” Calder said.")
    ((kind, source, cue, content),) = shown(doc)
    assert (kind, source, cue) == ("mixed", "Calder", "said")
    assert content == "The new pier is a “gift to the whole town,”"


@pytest.mark.parametrize(
    "text",
    [
        "The band played “Harbour Lights” twice.",
        "The so-called “dry line” moved east.",
        "Her book, “The Sea Is Ours.” It sold well.",
        "The song “Why Not Me?” was played twice.",
        "Calder walked along the pier and waited for the boat.",
        "",
        "\n \n",
        "“",
        "”",
    ],
)
def test_titles_and_plain_narration_are_no_quotes(text: str) -> None:
    assert shown(annotated(text)) == []


def test_a_free_standing_quotation_is_kept_without_a_speaker() -> None:
    doc = annotated("The hall fell silent.\n\n\n“Nobody has told us why the harbour is closed.”")
    ((kind, source, cue, _),) = shown(doc)
    assert (kind, source, cue) == ("direct", "", "")
    assert found(doc)[0].speaker is None


@pytest.mark.parametrize("words", ["“We are lost.”", "“Not a chance!”"])
def test_a_short_sentence_in_marks_stands_alone(words: str) -> None:
    assert shown(annotated(f"The hall fell silent.\n\n{words}\n\nThe lights went out.")) == [("direct", "", "", words)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(HOSTILE)
def test_any_text_gives_ordered_pieces_inside_it_and_known_references(text: str) -> None:
    doc = annotated(text)
    sources = {source.id for source in doc._.sources}
    for quote in found(doc):
        assert quote.content
        assert quote.source_ref is None or quote.source_ref in sources
        for spans in (quote.content, quote.cue, quote.source):
            reached = 0
            for start, end in spans:
                assert reached <= start < end <= len(text)
                reached = end
    for source in doc._.sources:
        assert source.mentions
        assert all(0 <= start < end <= len(text) for start, end in source.mentions)
    assert all(0 <= start < end <= len(text) for start, end in doc._.references)


@pytest.mark.parametrize(
    "request_words",
    ["asked not to be named", "asked to remain anonymous", "requested anonymity", "asked not to be identified by name"],
)
def test_a_wish_to_stay_unnamed_is_no_quote(request_words: str) -> None:
    doc = annotated(f"The dam is safe, said an engineer who {request_words}.")
    assert shown(doc) == [("indirect", f"an engineer who {request_words}", "said", "The dam is safe")]
