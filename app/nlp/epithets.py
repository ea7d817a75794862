"""Titles that stand for somebody: whether "the Ohio senator" may be this actor, and how well it fits."""

import re
from functools import lru_cache

from spacy.tokens import Token

from app.nlp.lexicons import rows
from app.spans import ActorSpan

LOWER_RANKS = ("vice", "deputy", "assistant", "associate")
AGE = re.compile(r"years?|\d+-year-old")
PART_OF_SPEECH = ("ADJ", "NOUN", "PROPN")


@lru_cache
def title_nouns() -> dict[str, frozenset[str]]:
    """Word of a title or role -> the nouns that may be used for its bearer."""
    return {word: frozenset(nouns.split()) for word, nouns in rows("title_nouns.tsv")}


@lru_cache(maxsize=4096)
def role_words(role: str) -> frozenset[str]:
    """The words of a role, small and without full stops."""
    return frozenset(re.sub(r"[.,’']s?", "", role.lower()).replace("-", " ").split())


def modifiers(head: Token) -> frozenset[str]:
    """The words before a noun that say which: "vermont" in "the Vermont senator"."""
    before = head.doc[head.left_edge.i : head.i]
    return frozenset(token.lower_ for token in before if token.pos_ in PART_OF_SPEECH)


def fit(actor: ActorSpan, noun: str, which: frozenset[str]) -> int:
    """How well a title fits an actor: 0 if it does not, 1 by its noun, more by each word that says which."""
    return max((_fit_of_role(role_words(role), noun, which) for role in actor.roles), default=0)


def _fit_of_role(role: frozenset[str], noun: str, which: frozenset[str]) -> int:
    if any(rank in role and rank not in which for rank in LOWER_RANKS):
        return 0
    bears = noun in role or any(noun in title_nouns().get(word, ()) for word in role)
    return 1 + len(which & role) if bears else 0


def is_age(head: Token) -> bool:
    """Does a person's age stand before the noun: "the 34-year-old mother"?"""
    return any(AGE.fullmatch(token.lower_) for token in head.doc[head.left_edge.i : head.i])
