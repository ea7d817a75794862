"""What the words of a source tell: its form, affiliation and role, how it spoke, whether it stays anonymous."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast, get_args

from spacy.tokens import Span, Token

from app.nlp import media
from app.nlp.lexicons import rows, words
from app.spans import ActorSpan, Affiliation, Channel, SourceForm, SourceRole

FORMER = re.compile(r"\b(former|ex-\w+|ex|then-\w+|one-time|onetime|retired|outgoing predecessor)\b", re.IGNORECASE)
ASIDE = ("relcl", "acl", "advcl", "ccomp")
FAR_PREPOSITIONS = ("near", "about", "against", "on", "over")
MANY = ("police", "people", "several", "some", "many", "most", "others", "those", "both", "few", "all")
LONGEST_PHRASE = 4
AS_WRITTEN = ("Representative",)  # the title; the noun "representative" tells something else
LINKS = frozenset(
    ["of", "at", "for", "by", "with", "from", "in", "to", "on", "near", "about", "against", "over", "as", "and"]
)
COMMAS = (",", "(", ")", "/", "—", "–")
PUNCTUATION = re.compile(r"([,()/])")
BEARERS = ("er", "or", "ist", "ian", "man", "men", "woman", "women", "people", "person", "ee", "eer", "ant")
PARTY_AND_STATE = re.compile(r"\(?[DRI]-[A-Z][\w.]")
LEARNED = ("ologist", "ologists")


@lru_cache
def role_nouns() -> dict[str, tuple[Affiliation | None, SourceRole | None]]:
    """Noun -> (affiliation, role), either None where the noun alone does not tell."""
    found: dict[str, tuple[Affiliation | None, SourceRole | None]] = {}
    for noun, affiliation, role in rows("role_nouns.tsv"):
        said = (_affiliation(affiliation), cast(SourceRole, role) if role in get_args(SourceRole) else None)
        found[noun if noun in AS_WRITTEN else noun.lower()] = said
    return found


@lru_cache
def organisation_nouns() -> dict[str, Affiliation]:
    """Word -> affiliation of the body it is the name of or a word for."""
    return {row[0]: _affiliation(row[1]) or "unknown" for row in rows("organisation_nouns.tsv")}


def _affiliation(word: str) -> Affiliation | None:
    return cast(Affiliation, word) if word in get_args(Affiliation) else None


@lru_cache
def channel_pattern() -> tuple[tuple[re.Pattern[str], Channel], ...]:
    """Each channel with the pattern of its words in small letters, in the order of the data file."""
    by_channel: dict[str, list[str]] = {}
    for phrase, channel in rows("channels.tsv"):
        by_channel.setdefault(channel, []).append(re.escape(phrase.lower()))
    return tuple(
        (re.compile(rf"\b(?:{'|'.join(phrases)})\b"), cast(Channel, channel)) for channel, phrases in by_channel.items()
    )


def channel(told_in: str) -> Channel | None:
    """How something was said, from the words around the quote (the quoted words left out)."""
    small = told_in.lower()
    known = next((name for pattern, name in channel_pattern() if pattern.search(small)), None)
    return known or ("interview" if media.told().search(told_in) else None)


@lru_cache
def document_channels() -> dict[str, Channel]:
    """Noun -> how documents of that kind reach the public, where the kind tells."""
    return {row[0]: cast(Channel, row[1]) for row in rows("document_nouns.txt") if len(row) > 1}


def channel_of_form(form: SourceForm, span: Span | None) -> Channel | None:
    """How a source reaches the public by its kind: papers and media by being published."""
    if span is None:
        return None
    if form == "document":
        return document_channels().get(span.root.lemma_.lower())
    return "published work" if form == "other media" else None


def is_document(token: Token) -> bool:
    """Is it a word for a document?"""
    return token.pos_ == "NOUN" and token.lemma_.lower() in words("document_nouns.txt")


def core(span: Span) -> list[Token]:
    """The tokens of a source that say what it is: relative clauses and far complements left out."""
    head = span.root
    return [token for token in span if not _aside(token, head)]


def _aside(token: Token, head: Token) -> bool:
    steps = 0
    while token.i != head.i and token.head.i != token.i and steps < 50:
        if token.dep_ in ASIDE or (token.dep_ == "prep" and token.lower_ in FAR_PREPOSITIONS):
            return True
        token, steps = token.head, steps + 1
    return False


def phrases_in(tokens: list[Token]) -> list[str]:
    """The word runs of up to four tokens, as written and with the last word's lemma, longest first."""
    return [phrase for run in runs(words_of(tokens)) for phrase in run]


Word = tuple[str, str]
Words = list[Word]


def words_of(told: Iterable[Token] | str) -> Words:
    """(as written with the blank behind, base form) of each word; a plain text's words are their own base forms."""
    if isinstance(told, str):
        return [(f"{word} ", word) for word in PUNCTUATION.sub(r" \1 ", told).split()]
    found: Words = []
    for token in told:
        if found and not found[-1][0].endswith(" ") and "-" in (token.text, found[-1][0][-1]):
            found[-1] = (found[-1][0] + token.text_with_ws, found[-1][1] + token.lemma_)
        elif not token.is_space:
            found.append((token.text_with_ws, token.lemma_))
    return found


def runs(found: Words) -> Iterator[tuple[str, str]]:
    """The runs of up to four words, as written and with the last one's base form: the last first, then the longest."""
    return (_joined(found[start:end]) for start, end in _runs(found))


def _runs(found: Words) -> Iterator[tuple[int, int]]:
    for end in range(len(found), 0, -1):
        for start in range(max(0, end - LONGEST_PHRASE), end):
            yield start, end


def _joined(run: Words) -> tuple[str, str]:
    before = "".join(written for written, _ in run[:-1])
    written, base = run[-1]
    return (before + written).strip(), before + base


def parts(found: Words) -> list[Words]:
    """A description cut before its prepositions and at its commas; those that lead away from it are left out."""
    pieces: list[Words] = [[]]
    skipping = False
    for word in _offices_joined(found):
        link = word[0].strip().lower()
        if link in LINKS or link in COMMAS:
            skipping = link in FAR_PREPOSITIONS
            pieces.append([])
        elif not skipping:
            pieces[-1].append(word)
    return [piece for piece in pieces if piece]


def _offices_joined(found: Words) -> Words:
    """With "secretary of state" as one word."""
    joined: Words = []
    at = 0
    while at < len(found):
        office = "".join(written for written, _ in found[at : at + 3])
        if " of " in office and office.strip().lower() in role_nouns():
            joined.append((office, office.strip().lower()))
            at += 3
        else:
            joined.append(found[at])
            at += 1
    return joined


def affiliation(found: Words) -> Affiliation | None:
    """Whom a description ties somebody to: the body it names, else what its nouns say; None if nothing tells."""
    pieces = parts(found)
    if not pieces:
        return None
    if is_lawmaker(found):
        return "government"
    bodies = [told for piece in (*pieces[1:], pieces[0]) if (told := _body(piece)) is not None]
    if bodies and _is_set_off(found):
        return next((known for known, plain in bodies if plain), bodies[0][0])
    if bodies:
        return bodies[0][0]
    nouns = [known for piece in pieces for known in _told_by_nouns(piece)]
    return next((known for known, _ in nouns if known is not None), None)


def body(found: Words) -> Affiliation | None:
    """What kind of body the words name; None if they name none. A plain noun ("a charity") tells more than a name."""
    bodies = [told for piece in parts(found) if (told := _body(piece)) is not None]
    by_noun = [known for known, plain in bodies if plain]
    return next(iter([*by_noun, *(known for known, _ in bodies)]), None)


def _is_set_off(found: Words) -> bool:
    """Does the description go on behind a comma ("the Tide Council, a charity")?"""
    return any(written.strip() == "," for written, _ in found)


def _body(piece: Words) -> tuple[Affiliation, bool] | None:
    """What kind of body the words name, and whether a plain noun in small letters told it."""
    bodies = organisation_nouns()
    for written, base in runs(piece):
        if media.is_name(written):
            return "media", False
        known = bodies.get(written) or bodies.get(base) or bodies.get(written.lower()) or bodies.get(base.lower())
        if known is not None:
            return known, written.islower()
    return ("international body", False) if _is_international(piece) else None


def _is_international(piece: Words) -> bool:
    """Such as "World Tide Organisation"."""
    names = [written.strip() for written, base in piece if written[:1].isupper() and base.lower() != "the"]
    return len(names) > 1 and names[0] in words("worldwide.txt")


def _told_by_nouns(piece: Words) -> Iterator[tuple[Affiliation | None, SourceRole | None]]:
    """What each role noun of the words tells, the last first; no word counts twice ("general secretary")."""
    nouns = role_nouns()
    taken = len(piece)
    for start, end in _runs(piece):
        if end > taken:
            continue
        written, base = _joined(piece[start:end])
        known = nouns.get(written) or nouns.get(written.lower()) or nouns.get(base.lower())
        if known is None and end - start == 1 and base.lower().endswith(LEARNED):
            known = ("academic", "expert")
        if known is not None:
            taken = start
            yield known


def role(found: Words) -> SourceRole | None:
    """What a description makes somebody in the matter."""
    if is_lawmaker(found):
        return "decision-maker"
    told = (known for piece in parts(found) for _, known in _told_by_nouns(piece))
    return next((known for known in told if known is not None), None)


def is_lawmaker(found: Words) -> bool:
    """Does the party and state of a member of Congress stand there ("D-Ohio")?"""
    return bool(found) and PARTY_AND_STATE.match("".join(written for written, _ in found)) is not None


def is_former(text: str) -> bool:
    """Do the words say that an office is held no more?"""
    return bool(FORMER.search(text))


def can_speak(span: Span, phrases: list[str]) -> bool:
    """Is the head of the words of an unnamed source something that speaks: a person, a body, a people?"""
    head = span.root
    return head.pos_ == "PRON" or head.lemma_.lower().endswith(BEARERS) or is_known_speaker(span, phrases)


def is_known_speaker(span: Span, phrases: list[str]) -> bool:
    """As `can_speak`, by known words alone: "officials" and "a report", not whatever ends in -er."""
    head = span.root
    if head.lower_ in MANY or head.tag_ == "CD" or media.is_name(phrases[0] if phrases else ""):
        return True
    if any(token.lower_ == "who" for token in span):
        return True  # "her clerk, who asked to remain anonymous": only people are a who
    ends = [phrase for phrase in phrases if phrase.lower().endswith((head.lower_, head.lemma_.lower()))]
    return any(_is_known_noun(phrase) for phrase in ends)


def _is_known_noun(phrase: str) -> bool:
    lower = phrase.lower()
    if phrase in organisation_nouns() or phrase in role_nouns():
        return True
    listed = (media.nouns(), words("document_nouns.txt"), words("genders.tsv"), words("roles.txt"))
    return lower in organisation_nouns() or lower in role_nouns() or any(lower in known for known in listed)


def form(span: Span, phrases: list[str], actor: ActorSpan | None, *, is_place: bool) -> SourceForm:
    """What kind of thing the source is."""
    head = span.root
    by_word = _form_by_word(head, phrases, actor)
    if by_word is not None:
        return by_word
    if actor is not None:
        return _form_of_actor(actor)
    if is_place or (head.pos_ == "PROPN" and not _is_plain_role(span)):
        return "named person" if head.ent_type_ == "PERSON" and not is_place else "named organisation"
    return _form_of_noun(head, phrases)


def _is_plain_role(span: Span) -> bool:
    """Is it a role's noun alone that opens a sentence or headline: "Mayor: …"?"""
    return len(span) == 1 and span[0].lower_ in role_nouns()


def _form_by_word(head: Token, phrases: list[str], actor: ActorSpan | None) -> SourceForm | None:
    noun = head.lemma_.lower()
    if actor is not None and actor.kind == "person" and not media.is_name(actor.name):
        return None
    if head.text in words("social_media.txt") or noun in words("social_media.txt"):
        return "social media"
    if is_media(head, phrases, actor):
        return "other media"
    if actor is None and noun in words("document_nouns.txt") and head.pos_ != "PROPN":
        return "document"
    return None


def is_media(head: Token, phrases: list[str], actor: ActorSpan | None) -> bool:
    """Is the head a news medium, by name or by noun?"""
    if actor is not None:
        return media.is_name(actor.name) or media.is_name(f"The {actor.name}")
    ends = [phrase for phrase in phrases if phrase.endswith((head.text, head.lemma_))]
    return any(_is_media_noun(phrase, head) or media.is_name(phrase) for phrase in ends)


def _is_media_noun(phrase: str, head: Token) -> bool:
    """Is it "the newspaper" or "State TV"? A single word with a capital may end any name ("Tide Network")."""
    return phrase.lower() in media.nouns() and (head.pos_ != "PROPN" or " " in phrase)


def _form_of_actor(actor: ActorSpan) -> SourceForm:
    if actor.kind == "person":
        return "named person"
    return "named organisation" if actor.kind == "organisation" else "unnamed group"


def _form_of_noun(head: Token, phrases: list[str]) -> SourceForm:
    ends = [phrase.lower() for phrase in phrases if phrase.endswith((head.text, head.lemma_))]
    is_body = not any(end in role_nouns() for end in ends) and any(end in organisation_nouns() for end in ends)
    if is_body and (head.tag_ != "NNS" or head.lower_ in MANY):
        return "named organisation"
    if head.tag_ in ("NNS", "NNPS", "CD") or head.lower_ in MANY:
        return "unnamed group"
    return "unnamed person"


# ---------------------------------------------------------------- anonymity


@lru_cache
def anonymity_pattern() -> re.Pattern[str]:
    """The phrases that say a source asked not to be named."""
    phrases = "|".join(re.escape(row[0]) for row in rows("anonymity.txt"))
    return re.compile(rf"\b(?:{phrases})", re.IGNORECASE)


@lru_cache
def reasons_in_themselves() -> frozenset[str]:
    """Those of the phrases that are a reason ("not authorised to speak")."""
    return frozenset(row[0] for row in rows("anonymity.txt") if "reason" in row[1:])


REASON_BEHIND = re.compile(
    # Up to the end of the sentence, or to the comma behind which the story itself goes on.
    r"[^.\n]{0,40}?\b(because|as|since|due to|citing|for fear|given|out of)\b"
    r"(?:(?!,\s+(?:say|said|tell|told|add|warn|confirm|describe|he|she|they|it|but|and)(?:s|ed|d)?\b)[^.\n”\"])*",
    re.IGNORECASE,
)
REASON_BEFORE = re.compile(r"\b(because|as|since)\b[^.\n]{0,60}$", re.IGNORECASE)
REASON_ITSELF = re.compile(r"[^.,;\n”\"]*")
LONGEST_REASON = 200


def anonymity_reason(text: str, start: int, end: int) -> str | None:
    """The reason given for anonymity beside the phrase at [start, end), or None."""
    if text[start:end].lower() in reasons_in_themselves():
        before = REASON_BEFORE.search(text, max(0, start - 80), start)
        rest = REASON_ITSELF.match(text, end)
        first = before.start() if before else start
        return text[first : rest.end() if rest else end].strip()[:LONGEST_REASON]
    behind = REASON_BEHIND.match(text, end)
    return text[behind.start(1) : behind.end()].strip(" ,;")[:LONGEST_REASON] if behind else None
