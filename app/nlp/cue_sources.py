"""Whose words a cue introduces, and which words a cue has: the parts of the parse around a verb or a noun.

Everything here is in token indices.
"""

from spacy.tokens import Token

from app.nlp.lexicons import words

SUBJECTS = ("nsubj", "nsubjpass", "csubj")
HELD_PREPOSITIONS = ("prep", "agent")
FINITE = ("VBD", "VBZ", "VBP")
NOUN_LINKS = ("appos", "conj", "pobj", "prep", "relcl", "acl", "dobj", "npadvmod", "nummod")
AUXILIARIES = ("aux", "auxpass", "neg", "prt")
BORROWING = ("xcomp", "conj", "advcl", "pcomp", "ccomp", "prep", "dep", "ROOT")
CARRIED_AS = ("VBG",)
QUOTING = ("quote", "cite")


def indices(token: Token) -> list[int]:
    """The token and all that hangs on it."""
    return list(range(token.left_edge.i, token.right_edge.i + 1))


def clause(token: Token, above: Token) -> list[int]:
    """A complement clause without the words of the cue it hangs on."""
    return [i for i in indices(token) if i != above.i]


def nominal(token: Token) -> tuple[int, ...]:
    """A noun with what belongs to it, without the commas around and without a quotation that slipped in."""
    found = indices(token)
    doc = token.doc
    while len(found) > 1 and doc[found[-1]].pos_ in ("PUNCT", "SPACE") and doc[found[-1]].text != ")":
        found.pop()
    while len(found) > 1 and doc[found[0]].pos_ in ("PUNCT", "SPACE"):
        found.pop(0)
    return tuple(found)


def cue_words(verb: Token) -> tuple[int, ...]:
    """The verb with its particle, auxiliaries and negation."""
    return tuple(sorted({verb.i, *(child.i for child in verb.children if child.dep_ in AUXILIARIES)}))


def carrier_words(verb: Token) -> tuple[int, ...]:
    """The words before "saying" in "issued a statement saying …"; none where no text is put out."""
    noun = verb.head
    if verb.dep_ != "acl" or verb.tag_ not in CARRIED_AS or noun.lemma_.lower() not in speech_carriers():
        return ()
    if noun.dep_ != "dobj" or noun.head.i > noun.i or noun_owner(noun):
        return ()
    return tuple(sorted({*cue_words(noun.head), *range(noun.left_edge.i, noun.i + 1)}))


def agent(verb: Token) -> tuple[int, ...]:
    """Who acts in a passive ("by …"), or nobody."""
    for child in verb.children:
        if child.dep_ == "agent":
            return next((nominal(item) for item in child.children if item.dep_ == "pobj"), ())
    return ()


def speech_carriers() -> frozenset[str]:
    """Nouns for texts and talks that somebody puts out: "issued a statement saying …"."""
    return words("speech_carriers.txt")


def verb_source(verb: Token) -> tuple[int, ...]:
    """Whose verb it is: its subject, its agent in a passive, or the subject of the verb it depends on.

    Where the parse gives a finite verb none, the noun right before it.
    """
    found = source_of(verb, steps=6)
    if not found and verb.tag_ in FINITE and not any(child.dep_ in SUBJECTS for child in verb.children):
        return noun_before(verb)
    return found


def noun_before(verb: Token) -> tuple[int, ...]:
    """The noun before a verb, over adverbs, auxiliaries and a comma, with its appositions."""
    described = measured(verb)
    if described is not None:
        return tuple(range(described.left_edge.i, verb.i - 1))
    doc, i, floor = verb.doc, verb.i - 1, verb.sent.start
    while i >= floor and (doc[i].pos_ in ("ADV", "AUX") or doc[i].text == ","):
        i -= 1
    if i < floor or doc[i].pos_ not in ("NOUN", "PROPN", "PRON", "NUM"):
        return ()
    top = doc[i]
    while top.dep_ in NOUN_LINKS and floor <= top.head.i < top.i:
        top = top.head
    return tuple(range(max(top.left_edge.i, floor), i + 1)) if top.pos_ in ("NOUN", "PROPN", "PRON", "NUM") else ()


def measured(verb: Token) -> Token | None:
    """The noun that has its measure between commas before the verb: "The report, 40 pages long, says"."""
    measure = verb.doc[max(verb.i - 2, 0)]
    has_number = any(child.dep_ == "npadvmod" for child in measure.children)
    if not has_number or verb.doc[verb.i - 1].text != "," or measure.head.i >= measure.i:
        return None
    return measure.head if measure.head.pos_ in ("NOUN", "PROPN") else None


def source_of(verb: Token, steps: int) -> tuple[int, ...]:
    """As `verb_source`, climbing at most so many steps."""
    own = _own_subject(verb)
    if own is not None:
        return own
    if steps == 0 or verb.head.i == verb.i:
        return ()
    if verb.tag_ == "VBN" and verb.dep_ == "advcl" and not any(child.dep_ == "aux" for child in verb.children):
        return agent(verb)
    if verb.dep_ in ("acl", "relcl"):
        return _acl_source(verb, steps)
    if verb.dep_ == "pcomp" or verb.dep_ == "prep":
        return _climbed(verb.head, steps)
    if verb.dep_ in BORROWING:
        shared = _subject_of_passive(verb.head)
        if shared is not None and verb.tag_ != "VBN" and (verb.dep_ == "conj" or not agent(verb.head)):
            return nominal(shared)
        return source_of(verb.head, steps - 1) if verb.head.pos_ in ("VERB", "AUX") else _climbed(verb.head, steps)
    return ()


def _own_subject(verb: Token) -> tuple[int, ...] | None:
    """Who acts by the verb's own clause: nobody in "there was"; None where the clause does not tell."""
    if verb.dep_ == "pcomp" and verb.head.lower_ == "as" and verb.head.head.lemma_.lower() in QUOTING:
        return quoted_in(verb.head.head)
    if verb.tag_ == "VBN" and any(child.dep_ == "nsubjpass" for child in verb.children):
        return agent(verb)
    for child in verb.children:
        if child.dep_ in ("nsubj", "csubj"):
            return () if child.lower_ in ("there",) or child.dep_ == "expl" else _with_name(child)
    inverted = _inverted_subject(verb)
    return nominal(inverted) if inverted is not None else None


def _subject_of_passive(verb: Token) -> Token | None:
    """Who goes on acting behind a passive: "She was asked about it and joked …"."""
    return next((child for child in verb.children if child.dep_ == "nsubjpass" and child.i < verb.i), None)


def quoted_in(verb: Token) -> tuple[int, ...]:
    """Whom somebody quotes "as saying": the subject of a passive, else the object."""
    found = [child for child in verb.children if child.dep_ in ("nsubjpass", "dobj")]
    return nominal(found[0]) if found else ()


def _with_name(subject: Token) -> tuple[int, ...]:
    """A subject with the name right behind it that the parse took for another: "its news agency IRNA said"."""
    names = [child for child in subject.head.children if child.dep_ == "nsubj" and child.pos_ == "PROPN"]
    beside = next((name for name in names if subject.right_edge.i + 1 == name.left_edge.i < subject.head.i), None)
    return nominal(subject) if beside is None else (*nominal(subject), *nominal(beside))


def _inverted_subject(verb: Token) -> Token | None:
    """The noun behind "…, warned" that the parse took for its object, where the words before it are told."""
    before = verb.doc[verb.i - 1] if verb.i else verb
    if verb.tag_ not in FINITE or before.text != "," or not any(child.dep_ == "ccomp" for child in verb.lefts):
        return None
    return next((child for child in verb.rights if child.dep_ == "dobj"), None)


def _acl_source(verb: Token, steps: int) -> tuple[int, ...]:
    """Such as "officials warning that …": the noun; "issued a statement saying …": who issued it."""
    noun = verb.head
    if noun.lemma_.lower() in speech_carriers():
        owner = noun_source(noun)
        if owner:
            return owner
        if noun.dep_ in ("dobj", "pobj"):
            return _climbed(noun.head, steps)
    if verb.tag_ == "VBN":
        return agent(verb)
    if verb.tag_ in CARRIED_AS and noun.dep_ in ("dobj", "pobj", "dative") and _is_addressed(noun):
        return _climbed(noun.head, steps)
    for token in reversed(verb.doc[noun.left_edge.i : verb.left_edge.i]):
        if token.dep_ == "nsubj" and token.head.i > token.i and token.head.i < verb.i and token.head.dep_ != "relcl":
            return nominal(token)
    return tuple(i for i in nominal(noun) if i < verb.left_edge.i) or (noun.i,)


def _is_addressed(noun: Token) -> bool:
    """Is the noun who gets the words: "emailed supporters saying …", "sent a letter to voters saying …"?"""
    above = noun.head
    if above.dep_ in ("prep", "dative") and above.lower_ == "to":
        above = above.head
    return above.lemma_.lower() in speech_carriers() or any(
        child.lemma_.lower() in speech_carriers() for child in above.children if child.dep_ == "dobj"
    )


def _climbed(token: Token, steps: int) -> tuple[int, ...]:
    while steps and token.pos_ not in ("VERB", "AUX") and token.head.i != token.i:
        token, steps = token.head, steps - 1
    return source_of(token, steps - 1) if steps > 0 and token.pos_ in ("VERB", "AUX") else ()


def noun_source(noun: Token) -> tuple[int, ...]:
    """Whose claim it is: the possessor, "by …" or "from …"; else the subject of "made a claim"."""
    owner = noun_owner(noun)
    return source_of(noun.head, 3) if not owner and noun.dep_ == "dobj" else owner


def noun_owner(noun: Token) -> tuple[int, ...]:
    """Whose claim it is by its own words: the possessor, "by …" or "from …"."""
    for child in noun.children:
        if child.dep_ == "poss":
            return tuple(i for i in nominal(child) if noun.doc[i].tag_ != "POS")
    for child in noun.children:
        if child.dep_ in HELD_PREPOSITIONS and child.lower_ in ("by", "from"):
            return next((nominal(item) for item in child.children if item.dep_ == "pobj"), ())
    return ()
