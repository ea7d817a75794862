"""What the words beside a person's name say they are: "U.S. special envoy", "Israel's Prime Minister"."""

from collections.abc import Iterator

from spacy.tokens import Span, Token

from app.nlp.borders import title_words
from app.nlp.lexicons import words

LONGEST_BEFORE, LONGEST_BEHIND = 9, 14
FORMS_OF_ADDRESS = frozenset({"Mr", "Mr.", "Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Messrs", "Messrs."})
LINKS = frozenset({"of", "for", "and", "to", "the", "in", "at", "-", "'s", "’s"})
ENDS = frozenset({",", ";", ".", ":", "(", ")", "—", "–", "--", "who", "which", "whose", "that", '"', "“", "”"})


def roles(name: Span) -> list[str]:
    """The roles that stand right before the name or in apposition to it, as written."""
    return [role for role in (_before(name), _behind(name), _renamed(name)) if role]


def _before(name: Span) -> str:
    """The words of the noun phrase before the name, if the last of them is a role or title."""
    doc, start = name.doc, name.start
    first = max(0, name.start - LONGEST_BEFORE)
    while start > first and not doc[start].is_sent_start and _belongs(doc[start - 1]):
        start -= 1
    while start < name.start and (doc[start].pos_ == "PART" or doc[start].text in LINKS):
        start += 1
    words_before = doc[start : name.start]
    return _text(words_before) if len(words_before) and _ends_in_role(words_before) else ""


def _belongs(token: Token) -> bool:
    return token.pos_ in {"PROPN", "NOUN", "ADJ"} or token.text in {"'s", "’s", "-", "U.S."}


def _ends_in_role(span: Span) -> bool:
    last = span[-1]
    if last.text in FORMS_OF_ADDRESS:
        return False
    if last.lemma_.lower() in words("roles.txt") and last.tag_ not in {"NNS", "NNPS"}:
        return True
    return any(tuple(token.text for token in span[-length:]) in title_words() for length in (1, 2, 3))


def _behind(name: Span) -> str:
    """The apposition behind the name ("Ann Lee, the mayor of Riga, …")."""
    doc, at = name.doc, name.end
    if at + 1 >= len(doc) or doc[at].text != "," or not _is_role_phrase_head(name):
        return ""
    end = at + 1
    while (
        end < min(len(doc), at + LONGEST_BEHIND)
        and doc[end].text not in ENDS
        and doc[end].pos_ not in {"VERB", "AUX", "SPACE"}
    ):
        end += 1
    return _text(_without_article(doc[at + 1 : end]))


def _is_role_phrase_head(name: Span) -> bool:
    return any(token.i > name.end and _is_role(token) for token in appositions(name))


def appositions(name: Span) -> Iterator[Token]:
    """What stands in apposition behind a name, not far from it: sentences may be as long as texts."""
    root = name.root
    behind = name.doc[name.end : name.end + LONGEST_BEHIND]
    return (token for token in behind if token.dep_ == "appos" and token.head.i == root.i)


def _renamed(name: Span) -> str:
    """The noun phrase that the name is an apposition to ("the mayor of Riga, Ann Lee")."""
    head = name.root.head
    if name.root.dep_ != "appos" or not _is_role(head) or head.i >= name.start:
        return ""
    start = max(head.left_edge.i, name.start - LONGEST_BEHIND)
    phrase = name.doc[start : name.start]
    return _text(_without_article(phrase))


def _is_role(token: Token) -> bool:
    return (
        token.pos_ in {"NOUN", "PROPN"}
        and token.lemma_.lower() in words("roles.txt")
        and token.tag_ not in {"NNS", "NNPS"}
    )


def _without_article(span: Span) -> Span:
    return span[1:] if len(span) and span[0].pos_ in {"DET", "PRON"} else span


def _text(span: Span) -> str:
    return " ".join(span.text.split()).strip(" ,;:-—–")
