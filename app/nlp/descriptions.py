"""What a story says somebody is: "Rep. X", "X, head of the Y, a charity", "X, who leads the Y", "X of the Y"."""

from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from app.nlp.source_words import is_former, role_nouns

LONGEST_BEFORE, LONGEST_BEHIND, LONGEST_CLAUSE = 9, 18, 14
COMMAS = (",", "(", ")", "-", "–")
POSSESSIVES = ("'s", "’s", "'", "’")
RELATIVES = ("who", "which")
OF = ("of", "at", "from", "with", "for")
LEADING = frozenset(
    ["lead", "head", "chair", "run", "direct", "own", "found", "manage", "command", "preside", "edit", "represent"]
)
OWNING = ("own", "found")
STUDYING = ("study", "research", "teach")
BREAKS = ("VERB", "AUX", "SPACE", "PUNCT", "SCONJ")
AGE = [",", True, ","]
MINOR = ("CCONJ", "DET")


def descriptions(name: Span) -> Iterator[Span]:
    """The stretches that describe the bearer of a name, those right beside it first."""
    for found in (title_before(name), _renamed(name), _behind(name), _clause(name), _of(name), _campaign(name)):
        if found is not None and len(found):
            yield found


def leads(name: Span) -> bool:
    """Does the story say of the name "…, who leads"?"""
    verb = _relative_verb(name)
    return verb is not None and verb.lemma_ in LEADING


def owns(name: Span) -> bool:
    """Does the story say of the name "…, who owns"?"""
    verb = _relative_verb(name)
    return verb is not None and verb.lemma_ in OWNING


def studies(name: Span) -> bool:
    """Does the story say of the name "…, who studies"?"""
    verb = _relative_verb(name)
    return verb is not None and verb.lemma_ in STUDYING


def is_aged(name: Span) -> bool:
    """Is nothing but an age set off behind the name ("X, 61, …")?"""
    behind = name.doc[name.end : name.end + 3]
    return len(behind) == len(AGE) and [token.text if token.is_punct else token.is_digit for token in behind] == AGE


def title_before(name: Span) -> Span:
    """The words of the noun phrase before the name ("Kenya's water minister X", "the trade group X")."""
    doc, start = name.doc, name.start
    first = max(name.sent.start, name.start - LONGEST_BEFORE)
    while start > first and _belongs_before(doc, start):
        start -= 1
    return doc[start : name.start]


def _belongs_before(doc: Doc, start: int) -> bool:
    token = doc[start - 1]
    if token.pos_ in ("NOUN", "PROPN", "ADJ") or token.text in POSSESSIVES or is_former(token.text):
        return True
    return token.lower_ == "of" and start > 1 and doc[start - 2 : start + 1].text.lower() in role_nouns()


def _renamed(name: Span) -> Span | None:
    """The noun phrase that the name is an apposition to ("the mayor of Riga, X")."""
    root = name.root
    if root.dep_ != "appos" or root.head.i >= name.start:
        return None
    return name.doc[max(root.head.left_edge.i, name.start - LONGEST_BEHIND) : name.start]


def _behind(name: Span) -> Span | None:
    """The words set off behind the name, up to the next verb ("X, head of the Y, a charity, …")."""
    doc, at = name.doc, name.end
    if at + 1 >= len(doc) or doc[at].text not in (",", "(") or not _may_describe(doc[at + 1]):
        return None
    end = at + 1
    while end < min(len(doc), at + LONGEST_BEHIND) and _belongs_behind(doc, end):
        end += 1
    while end > at + 1 and (doc[end - 1].text in COMMAS or doc[end - 1].pos_ in MINOR):
        end -= 1
    return doc[at + 1 : end]


def _may_describe(token: Token) -> bool:
    return token.pos_ in ("NOUN", "PROPN", "ADJ", "DET", "PRON", "NUM", "X", "ADV") and token.lower_ not in RELATIVES


def _belongs_behind(doc: Doc, at: int) -> bool:
    token = doc[at]
    if token.pos_ in ("VERB", "AUX", "SPACE", "SCONJ") or token.lower_ in RELATIVES:
        return False
    return token.pos_ != "PUNCT" or token.text in COMMAS or token.text == "/"


def _relative_verb(name: Span) -> Token | None:
    doc, at = name.doc, name.end
    at += at < len(doc) and doc[at].text == ","
    if at + 1 >= len(doc) or doc[at].lower_ not in RELATIVES or doc[at + 1].pos_ != "VERB":
        return None
    return doc[at + 1]


def _clause(name: Span) -> Span | None:
    """What somebody leads or studies ("X, who chairs the works council")."""
    verb = _relative_verb(name)
    if verb is None or verb.lemma_ not in (*LEADING, *STUDYING):
        return None
    return _phrase(name.doc, verb.i + 1)


def _of(name: Span) -> Span | None:
    """Where somebody is from ("X of the Sierra Club")."""
    doc, at = name.doc, name.end
    if at >= len(doc) or doc[at].lower_ not in OF:
        return None
    return _phrase(doc, at)


def _campaign(name: Span) -> Span | None:
    """Who has a campaign ("X's campaign", "the X campaign")."""
    doc, at = name.doc, name.end
    at += at < len(doc) and doc[at].text in POSSESSIVES
    return doc[at : at + 1] if at < len(doc) and doc[at].lower_ == "campaign" else None


def _phrase(doc: Doc, start: int) -> Span:
    end = start
    while end < min(len(doc), start + LONGEST_CLAUSE) and doc[end].pos_ not in BREAKS:
        end += 1
    return doc[start:end]
