"""What the words of a source tell: its form, affiliation and role, how it spoke, whether it stays anonymous."""

import re
from functools import lru_cache
from typing import cast, get_args

from spacy.tokens import Span, Token

from app.nlp.lexicons import rows, words
from app.spans import ActorSpan, Affiliation, Channel, SourceForm, SourceRole

FORMER = re.compile(r"\b(former|ex-\w+|ex|then-\w+|one-time|onetime|retired|outgoing predecessor)\b", re.IGNORECASE)
ASIDE = ("relcl", "acl", "advcl", "ccomp")
FAR_PREPOSITIONS = ("to", "near", "about", "against", "on", "over")
MANY = ("police", "people", "several", "some", "many", "most", "others", "those", "both", "few", "all")
LONGEST_PHRASE = 4
NOT_GIVEN = "-"


@lru_cache
def role_nouns() -> dict[str, tuple[Affiliation | None, SourceRole | None]]:
    """Noun -> (affiliation, role), either None where the noun alone does not tell."""
    found: dict[str, tuple[Affiliation | None, SourceRole | None]] = {}
    for noun, affiliation, role in rows("role_nouns.tsv"):
        found[noun.lower()] = (
            _affiliation(affiliation),
            cast(SourceRole, role) if role in get_args(SourceRole) else None,
        )
    return found


@lru_cache
def organisation_nouns() -> dict[str, Affiliation]:
    """Word -> affiliation of the body it is the name of or a word for."""
    return {row[0]: _affiliation(row[1]) or "unknown" for row in rows("organisation_nouns.tsv")}


def _affiliation(word: str) -> Affiliation | None:
    return cast(Affiliation, word) if word in get_args(Affiliation) else None


@lru_cache
def channel_pattern() -> tuple[tuple[re.Pattern[str], Channel], ...]:
    """Each channel with the pattern of its words, in the order of the data file."""
    by_channel: dict[str, list[str]] = {}
    for phrase, channel in rows("channels.tsv"):
        by_channel.setdefault(channel, []).append(re.escape(phrase))
    return tuple(
        (re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE), cast(Channel, channel))
        for channel, phrases in by_channel.items()
    )


def channel(told_in: str) -> Channel | None:
    """How something was said, from the words around the quote (the quoted words left out)."""
    return next((name for pattern, name in channel_pattern() if pattern.search(told_in)), None)


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
    found: list[str] = []
    for length in range(min(LONGEST_PHRASE, len(tokens)), 0, -1):
        for start in range(len(tokens) - length + 1):
            run = tokens[start : start + length]
            written = "".join(token.text_with_ws for token in run).strip()
            base = "".join(token.text_with_ws for token in run[:-1]) + run[-1].lemma_
            found += [written, base]
    return found


def affiliation(phrases: list[str], actor: ActorSpan | None) -> Affiliation:
    """Whom a source belongs to: the body named beside it, else what its noun says, else the actor's roles."""
    for known in _said_by(phrases):
        return known
    if actor is not None:
        for known in _said_by(runs_of_words((*actor.roles, *([] if actor.kind == "person" else [actor.name])))):
            return known
    return "unknown"


def runs_of_words(texts: tuple[str, ...]) -> list[str]:
    """The runs of up to four words of plain texts, longest first."""
    found: list[str] = []
    for text in texts:
        pieces = text.split()
        for length in range(min(LONGEST_PHRASE, len(pieces)), 0, -1):
            found += [" ".join(pieces[start : start + length]) for start in range(len(pieces) - length + 1)]
    return found


def _said_by(phrases: list[str]) -> list[Affiliation]:
    bodies = organisation_nouns()
    found = [bodies.get(phrase) or bodies.get(phrase.lower()) for phrase in phrases]
    found += [role_nouns().get(phrase.lower(), (None, None))[0] for phrase in phrases]
    if any(is_media_name(phrase) for phrase in phrases):
        found.append("media")
    return [known for known in found if known is not None]


def role(phrases: list[str], actor: ActorSpan | None) -> SourceRole | None:
    """What a source is in the matter: from its noun, else from the actor's roles."""
    for phrase in (*phrases, *runs_of_words(actor.roles if actor is not None else ())):
        known = role_nouns().get(phrase.lower(), (None, None))[1]
        if known is not None:
            return known
    return None


def is_former(text: str, actor: ActorSpan | None) -> bool:
    """Does the source hold its office no more?"""
    return bool(FORMER.search(text)) or any(FORMER.search(item) for item in (actor.roles if actor is not None else ()))


def is_media_name(phrase: str) -> bool:
    """Is it the name of a news medium?"""
    return phrase[:1].isupper() and phrase in words("media.txt")


def form(span: Span, phrases: list[str], actor: ActorSpan | None, *, is_place: bool) -> SourceForm:
    """What kind of thing the source is."""
    head = span.root
    by_word = _form_by_word(head, phrases, actor)
    if by_word is not None:
        return by_word
    if actor is not None:
        return _form_of_actor(actor)
    if is_place or head.pos_ == "PROPN":
        return "named person" if head.ent_type_ == "PERSON" and not is_place else "named organisation"
    return _form_of_noun(head, phrases)


def _form_by_word(head: Token, phrases: list[str], actor: ActorSpan | None) -> SourceForm | None:
    noun = head.lemma_.lower()
    if actor is not None and actor.kind == "person":
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
        return is_media_name(actor.name) or is_media_name(f"The {actor.name}")
    ends = [phrase for phrase in phrases if phrase.endswith((head.text, head.lemma_))]
    if head.pos_ == "PROPN":
        return any(is_media_name(phrase) for phrase in ends)
    return any(phrase.lower() in words("media.txt") for phrase in ends)


def _form_of_actor(actor: ActorSpan) -> SourceForm:
    if actor.kind == "person":
        return "named person"
    return "named organisation" if actor.kind == "organisation" else "unnamed group"


def _form_of_noun(head: Token, phrases: list[str]) -> SourceForm:
    ends = [phrase.lower() for phrase in phrases if phrase.endswith((head.text, head.lemma_))]
    if not any(phrase in role_nouns() for phrase in ends) and any(phrase in organisation_nouns() for phrase in ends):
        return "named organisation"
    if head.tag_ in ("NNS", "NNPS", "CD") or head.lower_ in MANY:
        return "unnamed group"
    return "unnamed person"


# ---------------------------------------------------------------- anonymity


@lru_cache
def anonymity_pattern() -> re.Pattern[str]:
    """The phrases that say a source asked not to be named."""
    return re.compile("|".join(re.escape(row[0]) for row in rows("anonymity.txt")), re.IGNORECASE)


@lru_cache
def reasons_in_themselves() -> frozenset[str]:
    """Those of the phrases that are a reason ("not authorised to speak")."""
    return frozenset(row[0] for row in rows("anonymity.txt") if "reason" in row[1:])


REASON_BEHIND = re.compile(
    r"[^.\n]{0,40}?\b(because|as|since|due to|citing|for fear|given|out of)\b[^.\n”\"]*", re.IGNORECASE
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
