"""The actors of a story as the later components look them up: by place, by role, by salience."""

from bisect import bisect_left, bisect_right
from functools import lru_cache

from spacy.tokens import Doc, Span, Token

from app.nlp.lexicons import rows, words
from app.nlp.tokens import text_of
from app.spans import ActorSpan, MentionSpan

GENDERED = {"he": "he", "him": "he", "his": "he", "himself": "he", "she": "she", "her": "she", "herself": "she"}
NOT_THE_HEAD = ("prep", "pobj", "poss", "relcl", "acl", "advcl", "dobj", "pcomp", "ccomp", "agent")
ONE = ("NN", "NNP")
TITLE_PARTS = ("NOUN", "PROPN", "ADJ", "CCONJ")


@lru_cache
def genders() -> dict[str, str]:
    """First name, title or noun -> "he" or "she"."""
    return {row[0]: row[1] for row in rows("genders.tsv") if len(row) > 1}


def gender_of_word(word: str) -> str | None:
    """Which pronoun goes with a first name, a title, or a noun such as "widow"; None where either may."""
    return genders().get(word)


class StoryActors:
    """Look-ups over `doc._.actors` and the mentions found so far."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.text: str = text_of(doc)
        self.by_id: dict[str, ActorSpan] = {actor.id: actor for actor in doc._.actors}
        known = [mention for mention in doc._.mentions if mention.actor in self.by_id and mention.level == "name"]
        self.names: list[MentionSpan] = sorted(known, key=lambda mention: (mention.start, mention.end))
        self._starts = [mention.start for mention in self.names]
        self._gender: dict[str, str] = {}

    def at(self, token: Token) -> ActorSpan | None:
        """The actor whose name covers the token."""
        number = bisect_right(self._starts, token.idx) - 1
        if number < 0 or self.names[number].end <= token.idx:
            return None
        return self.by_id[self.names[number].actor]

    def named_in(self, span: Span) -> ActorSpan | None:
        """The actor a source span names: its head, what stands in apposition to it, or where its titles lead."""
        head = span.root
        found = self.at(head) or self._behind_titles(span, head)
        if found is not None:
            return found
        for mention in self.names[bisect_left(self._starts, span.start_char) :]:
            if mention.start >= span.end_char:
                return None
            token = self.token(mention)
            if token is not None and self._is_head_part(token, head):
                return self.by_id[mention.actor]
        return None

    def _behind_titles(self, span: Span, head: Token) -> ActorSpan | None:
        """The person whose name ends the span behind titles ("former mayor and party chairwoman Ann Lee")."""
        last = span[-1]
        person = self.at(last)
        if (
            person is None
            or person.kind != "person"
            or head.tag_ not in ONE
            or head.lemma_.lower() not in words("roles.txt")
        ):
            return None
        between = last.doc[head.i + 1 : last.i + 1]
        return person if all(token.pos_ in TITLE_PARTS for token in between) else None

    def token(self, mention: MentionSpan) -> Token | None:
        """The token that carries a name."""
        span = self.doc.char_span(mention.start, mention.end, alignment_mode="expand")
        return span.root if span is not None else None

    def _is_head_part(self, token: Token, head: Token) -> bool:
        steps = 0
        while token.i != head.i and token.head.i != token.i and steps < len(self.doc):
            if token.dep_ in NOT_THE_HEAD or token.dep_ in ("compound", "nmod", "amod", "conj"):
                return False
            token, steps = token.head, steps + 1
        return token.i == head.i

    def gender(self, actor: ActorSpan) -> str | None:
        """Such as "he" or "she" where the first name, a title in the text, or a pronoun seen before tells it."""
        if actor.id not in self._gender:
            told = gender_of_word(actor.name.split()[0]) if actor.name.split() else None
            self._gender[actor.id] = self._gender_by_title(actor) or gender_by_role(actor) or told or ""
        return self._gender[actor.id] or None

    def _gender_by_title(self, actor: ActorSpan) -> str | None:
        for mention in self.names:
            if mention.actor == actor.id:
                before = self.text[max(0, mention.start - 12) : mention.start].split()
                if before and before[-1] in genders() and before[-1][:1].isupper():
                    return genders()[before[-1]]
        return None

    def settle_gender(self, actor: ActorSpan, gender: str) -> None:
        """Keep what a resolved pronoun said about an actor whose gender was not known."""
        if self.gender(actor) is None:
            self._gender[actor.id] = gender


def gender_by_role(actor: ActorSpan) -> str | None:
    """Such as "she" for a spokeswoman."""
    told = (gender_of_word(word) for role in actor.roles for word in role.lower().split())
    return next((gender for gender in told if gender is not None), None)
