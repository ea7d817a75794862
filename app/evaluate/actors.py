"""People and organisations against gold mentions, and the people a filter would show.

Gold, one story: {"id", "text", "topic", "types", "mentions": [{"start", "end", "type", "eid"}]}; mentions of one
person share an `eid`. Where `types` is given, only these are marked in the gold.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from app.evaluate.figures import Tally, pair, percent
from app.spans import Annotations, Span

TYPES = {"PERSON": "people", "ORG": "organisations"}


def score(
    gold: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str], found: Mapping[str, Annotations]
) -> dict[str, float]:
    """Figures in percent, by the gold's `topic` where it has one, and of all stories."""
    topics = sorted({row["topic"] for row in gold.values() if "topic" in row})
    figures: dict[str, float] = {}
    for topic in topics if len(topics) > 1 else []:
        chosen = {key: row for key, row in gold.items() if row.get("topic") == topic}
        figures |= {f"{topic}: {name}": value for name, value in _score(chosen, texts, found).items()}
    return figures | _score(gold, texts, found)


def _score(
    gold: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str], found: Mapping[str, Annotations]
) -> dict[str, float]:
    mentions = {kind: Tally() for kind in TYPES}
    people, short_forms = Tally(), Tally()
    for story_id, row in gold.items():
        annotations, text = found[story_id], texts[story_id]
        for kind in row.get("types", TYPES):
            wanted_spans = {(each["start"], each["end"]) for each in row["mentions"] if each["type"] == kind}
            found_spans = set(_spans(annotations, kind))
            mentions[kind].add(len(wanted_spans & found_spans), len(found_spans), len(wanted_spans))
        _count_people(people, short_forms, text, row, annotations)
    figures: dict[str, float] = {}
    for kind, name in TYPES.items():
        if mentions[kind].wanted:
            figures |= mentions[kind].figures(f"mentions of {name}, exact")
    figures |= people.figures("distinct people")
    figures["short forms shown under the full name"] = percent(short_forms.hits, short_forms.wanted)
    return figures


def _spans(annotations: Annotations, kind: str) -> dict[Span, str]:
    """Name mentions of a type, with the actor each leads to."""
    return {(m.start, m.end): m.actor for m in annotations.mentions if m.type == kind and m.level == "name"}


def _count_people(
    people: Tally, short_forms: Tally, text: str, row: Mapping[str, Any], annotations: Annotations
) -> None:
    wanted = [each for each in row["mentions"] if each["type"] == "PERSON"]
    full = _full_names(text, wanted)
    names = {actor.id: normal(actor.name) for actor in annotations.actors}
    spans = list(_spans(annotations, "PERSON").items())
    shown = {names[actor] for _, actor in spans}
    people.add(len(shown & set(full.values())), len(shown), len(set(full.values())))
    pairs = {j: i for i, j in pair(spans, wanted, lambda one, other: _shared(one[0], (other["start"], other["end"])))}
    for j, each in enumerate(wanted):
        name = full[each["eid"]]
        if len(normal(text[each["start"] : each["end"]]).split()) < len(name.split()):
            short_forms.add(int(j in pairs and names[spans[pairs[j]][1]] == name), 0, 1)


def _full_names(text: str, mentions: list[Mapping[str, Any]]) -> dict[str, str]:
    """The longest form of each person's name in the story."""
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for each in mentions:
        forms[each["eid"]].append(normal(text[each["start"] : each["end"]]))
    return {eid: max(names, key=len) for eid, names in forms.items()}


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def normal(name: str) -> str:
    """A name without case, possessive and marks at the ends of its words."""
    plain = re.sub(r"['’]s?$", "", name.casefold().strip())
    return " ".join(word.strip('.,;:"“”()') for word in plain.split())
