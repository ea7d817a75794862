"""Where a story may name somebody: the recogniser's spans put right, and what a title or first name gives away."""

import re
from collections.abc import Iterator

from spacy.tokens import Doc, Span, Token

from app.naming import PARTICLES, given_forms
from app.nlp.borders import FAMILY, Candidate, after_split_title, after_titles, is_title, repaired, title_before
from app.nlp.gazetteer import reading
from app.nlp.lexicons import words
from app.nlp.tokens import not_lower, text_of
from app.nlp.transcripts import turns

LABELS = frozenset({"PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW"})
SUFFIXES = frozenset({"Jr.", "Jr", "Sr.", "Sr", "I", "II", "III", "IV", "VI", "VII", "VIII", "XVI", "XXIII"})
ARABIC_NAME = re.compile(r"(?:al|el|ul|ud)-[A-Z]\w+")
FAMILY_BEHIND = re.compile(r" (?:family|families|brothers|sisters|siblings|twins|clan|household|dynasty)\b")
NICKNAME_MARKS = frozenset({("(", ")"), ('"', '"'), ("“", "”"), ("‘", "’"), ("'", "'")})
# Particles that only persons' names have; "de" and "el" stand in names of places too.
OF_PERSONS = frozenset({"wa", "bin", "ibn", "bint", "ould", "van", "von", "zu"})
STATIONS = frozenset({"Radio", "RADIO", "Rádio", "Télé"})
LONGEST_NAME = 8
# The second half of a Korean or Chinese given name; longer words behind a hyphen are "-led", "-based".
LONGEST_SYLLABLE = 5
PERSON_AFTER_PERSON = frozenset({"PERSON", "WORK_OF_ART", "NORP"})


def candidates(doc: Doc) -> list[Candidate]:
    """All candidates of a doc in order; none overlap."""
    found = [name for entity in doc.ents if entity.label_ in LABELS for name in repaired(entity)]
    found = [name for name in found if not _is_an_office(doc, name)]
    taken = {i for name in found for i in range(name.start, name.end)}
    more = [*_labels(doc), *_before_double_names(doc, found)]
    more += [*_given_away(doc, taken, _single_names(doc, found)), *_in_brackets(doc, found)]
    found += [name for name in more if taken.isdisjoint(range(name.start, name.end))]
    return _joined(doc, sorted(_with_particles(doc, found)))


def _with_particles(doc: Doc, names: list[Candidate]) -> list[Candidate]:
    """With one name where the recogniser saw two or none around a particle ("Tendai" + "wa" + "Moyo")."""
    at = {i: name for name in names for i in range(name.start, name.end)}
    found: dict[Candidate, None] = dict.fromkeys(names)
    for i in range(1, len(doc) - 1):
        if doc[i].text not in OF_PERSONS or i in at or not _continues_person(doc[i - 1]):
            continue
        end = _end_of_particles(doc, i)
        if end > i and not is_title(doc[i - 1 : i]):
            parts = [at[j] for j in (i - 1, end - 1) if j in at]
            for part in parts:
                found.pop(part, None)
            start, end = min([i - 1, *(part.start for part in parts)]), max([end, *(part.end for part in parts)])
            found[Candidate(start, end, "PERSON", "particle")] = None
    return list(found)


def _is_an_office(doc: Doc, name: Candidate) -> bool:
    """Whether a title alone stands for whoever bears it ("the Queen")."""
    alone = name.end - name.start == 1 and name.start > 0 and doc[name.start - 1].lower_ == "the"
    return alone and is_title(doc[name.start : name.end])


def _labels(doc: Doc) -> Iterator[Candidate]:
    """Who speaks in a transcript under a full name in capitals ("ANN LEE: …")."""
    for turn in turns(text_of(doc)):
        label = doc.char_span(*turn.name, alignment_mode="expand")
        if label is not None and len(label) > 1 and label[0].text.title() in words("first_names.txt"):
            yield Candidate(label.start, label.end, "PERSON", "transcript")


def _before_double_names(doc: Doc, names: list[Candidate]) -> Iterator[Candidate]:
    """The full names that end in a surname of two parts which stands alone elsewhere ("Ms. Ewane-Mbida")."""
    spans = (doc[name.start : name.end].text for name in names if name.label == "PERSON")
    double = sorted({text for text in spans if "-" in text and " " not in text})
    if not double:
        return
    for match in re.finditer(rf"\b[A-Z]\w+ (?:{'|'.join(map(re.escape, double))})\b", text_of(doc)):
        full = doc.char_span(*match.span())
        if full is not None and _continues_person(full[0]):
            yield Candidate(full.start, full.end, "PERSON", "known-surname")


def _in_brackets(doc: Doc, names: list[Candidate]) -> Iterator[Candidate]:
    """The acronym in brackets right behind an organisation's name."""
    for name in names:
        parts = [token.text for token in doc[name.end : name.end + 3]]
        if name.label == "ORG" and len(parts) == 3 and parts[0] == "(" and parts[2] == ")" and parts[1].isupper():
            yield Candidate(name.end + 1, name.end + 2, "ORG", "bracketed")


def _joined(doc: Doc, names: list[Candidate]) -> list[Candidate]:
    """With names continued to the right, and persons' names that stand side by side made one."""
    joined: list[Candidate] = []
    for number, name in enumerate(names):
        if joined and joined[-1].end > name.start:
            continue
        follower = names[number + 1] if number + 1 < len(names) else None
        limit = joined[-1].end if joined else 0
        name = _of_a_station(doc, _begun_earlier(doc, name, limit), limit)
        joined.append(_continued(doc, name, follower))
    return joined


def _of_a_station(doc: Doc, name: Candidate, limit: int) -> Candidate:
    """The name with "Radio" right before it."""
    on_air = name.start > limit and doc[name.start - 1].text in STATIONS
    return name._replace(start=name.start - 1, label="ORG") if on_air else name


def _begun_earlier(doc: Doc, name: Candidate, limit: int) -> Candidate:
    """A person's name with the first name before it that the recogniser passed over."""
    if name.label != "PERSON" or name.titled or name.start <= limit or doc[name.start].is_sent_start:
        return name
    before = doc[name.start - 1]
    in_parts = " " in doc[name.start : name.end].text
    if in_parts and (before.text not in words("first_names.txt") or before.dep_ != "compound"):
        return name
    given = doc[name.start - 2] if before.text in PARTICLES and name.start - 1 > limit else None
    if given is not None and _continues_person(given):
        return name._replace(start=name.start - 2)
    return name._replace(start=name.start - 1) if _continues_person(before) and reading(before.text) is None else name


def _continued(doc: Doc, name: Candidate, follower: Candidate | None) -> Candidate:
    """The name with the words right behind it that belong to it."""
    if name.label not in {"PERSON", "ORG"}:
        return name
    limit = follower.start if follower is not None else len(doc)
    end = name.end
    while end < limit and end - name.start < LONGEST_NAME and doc[end].text in words("company_words.txt"):
        end += 1
    if end > name.end:
        return name._replace(end=end, label="ORG")
    return _continued_person(doc, name, follower) if name.label == "PERSON" else name


def _continued_person(doc: Doc, name: Candidate, follower: Candidate | None) -> Candidate:
    end = name.end
    if (behind := _end_of_nickname(doc, end)) > end and (behind := _end_of_run(doc, behind, None)) > end + 3:
        return name._replace(end=behind)
    if (suffixed := _end_of_suffix(doc, end)) > end:
        return name._replace(end=suffixed)
    if (hyphened := _end_of_hyphened(doc, end)) > end:
        return name._replace(end=hyphened)
    if (continued := _end_of_run(doc, end, follower)) > end:
        return name._replace(end=continued)
    joins = follower is not None and follower.start == end and follower.label in PERSON_AFTER_PERSON
    if joins and follower is not None and follower.end - name.start <= LONGEST_NAME and _alike(doc, name, follower):
        return name._replace(end=follower.end)
    return name


def _end_of_run(doc: Doc, at: int, follower: Candidate | None) -> int:
    """Behind up to two more name words that the recogniser left out ("Aung San" + "Suu Kyi")."""
    limit = min(len(doc), at + 2, follower.start if follower is not None else len(doc))
    end = at
    while end < limit and _continues_person(doc[end]):
        end += 1
    return end if end > at else _end_of_particles(doc, at)


def _end_of_particles(doc: Doc, at: int) -> int:
    """Behind the surname that particles lead to, before or behind this place ("Ursula von der" + "Leyen")."""
    after = at
    while after < min(len(doc), at + 3) and doc[after].text in PARTICLES:
        after += 1
    led = after > at or doc[at - 1].text in PARTICLES
    if led and after + 1 < len(doc) and doc[after].text == "-" and not doc[after].whitespace_:
        after += 1
    return after + 1 if led and after < len(doc) and doc[after].is_title and doc[after].is_alpha else at


def _continues_person(token: Token) -> bool:
    ordinary = any(token.text in each for each in (FAMILY, words("not_actors.txt"), words("organisation_words.txt")))
    written_so = (token.is_title and token.is_alpha) or ARABIC_NAME.fullmatch(token.text) is not None
    return token.pos_ == "PROPN" and written_so and not ordinary and not is_title(token.doc[token.i : token.i + 1])


def _alike(doc: Doc, name: Candidate, follower: Candidate) -> bool:
    """Whether two neighbouring names are written alike and in one line, so that they may be one."""
    return doc[name.start : name.end].text.isupper() == doc[follower.start : follower.end].text.isupper()


def _end_of_suffix(doc: Doc, at: int) -> int:
    """Behind "Jr." (with or without a comma) or a king's number, if it stands at this token."""
    start = at + 1 if at + 1 < len(doc) and doc[at].text == "," and doc[at + 1].text in {"Jr.", "Sr.", "Jr"} else at
    end = start + 1 if start < len(doc) and doc[start].text in SUFFIXES else at
    stopped = end < len(doc) and doc[end - 1].text in {"Jr", "Sr"} and doc[end].text == "."
    return end + 1 if stopped and not doc[end - 1].whitespace_ else end


def _end_of_hyphened(doc: Doc, at: int) -> int:
    """Behind the rest of a given name in two parts that the recogniser cut off ("Kim In-so", "Wong Kwok-hing")."""
    start = at - 1 if at < len(doc) and doc[at].text == "-" else at
    parts = doc[start : start + 3]
    if len(parts) < 3 or parts[1].text != "-" or parts[0].whitespace_ or parts[1].whitespace_:
        return at
    whole = (
        parts[0].is_title and parts[0].is_alpha and parts[2].is_lower and parts[2].is_alpha and parts[0].pos_ == "PROPN"
    )
    return start + 3 if whole and len(parts[2].text) <= LONGEST_SYLLABLE else at


def _end_of_nickname(doc: Doc, at: int) -> int:
    """Behind a short name in marks or brackets ("James Leander (Leo) Nichols")."""
    within = [token.text for token in doc[at : at + 3]]
    marked = len(within) == 3 and (within[0], within[2]) in NICKNAME_MARKS and doc[at + 1].is_title
    sure = marked and (within[0] != "(" or within[1] in words("first_names.txt") or within[1].lower() in given_forms())
    return at + 3 if sure else at


def _single_names(doc: Doc, names: list[Candidate]) -> frozenset[str]:
    """The persons' names of one word that the recogniser saw."""
    return frozenset(doc[name.start].text for name in names if name.label == "PERSON" and name.end - name.start == 1)


def _given_away(doc: Doc, taken: set[int], singles: frozenset[str]) -> Iterator[Candidate]:
    """Capitalised words that the recogniser passed over, but a title, a first name or a known surname gives away."""
    first_names = words("first_names.txt")
    reached = 0
    for at in not_lower(doc):
        end = _run_end(doc, at, taken) if at >= reached else at
        if end == at:
            continue
        reached = end
        start, titled = after_titles(doc, after_split_title(doc, at, end), end)
        if start >= end or is_title(doc[at:end]):
            continue
        titled = titled or title_before(doc, start)
        if titled and not is_title(doc[start:end]) and _is_name_word(doc[start]) and doc[start].pos_ == "PROPN":
            yield Candidate(start, min(end, start + 3), "PERSON", "title", titled=True)
        elif doc[start].text in first_names and end - start in (2, 3) and not _in_capitals(doc[start:end]):
            yield Candidate(start, end, "PERSON", "first-name")
        elif doc[end - 1].text in singles and end - start == 2 and _continues_person(doc[start]):
            yield Candidate(start, end, "PERSON", "known-surname")


def _run_end(doc: Doc, start: int, taken: set[int]) -> int:
    end = start
    while (
        end < len(doc) and end not in taken and _is_name_word(doc[end]) and (end == start or not doc[end].is_sent_start)
    ):
        end += 1
    return end


def _is_name_word(token: Token) -> bool:
    return token.text[0].isupper() and re.fullmatch(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?", token.text) is not None


def _in_capitals(span: Span) -> bool:
    return span.text.isupper()


def is_family(text: str, start: int, end: int) -> bool:
    """Whether the name at these offsets is a whole family's ("the Kirby brothers")."""
    return FAMILY_BEHIND.match(text, end) is not None and text.endswith(("the ", "The "), 0, start)
