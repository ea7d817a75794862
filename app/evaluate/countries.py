"""Countries of stories against the gold set.

Gold, one story: {"id", "text", "corpus", "countries": [code, …], "toponyms": [{"start", "end", "country"}]}; the one
in focus is that of most toponyms, the first of equals.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from app.evaluate.figures import Tally, percent
from app.spans import Annotations


def score(
    gold: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str], found: Mapping[str, Annotations]
) -> dict[str, float]:
    """Figures in percent, by the gold's `corpus` where it has several, and of all stories."""
    del texts
    corpora = sorted({row["corpus"] for row in gold.values() if "corpus" in row})
    figures: dict[str, float] = {}
    for corpus in corpora if len(corpora) > 1 else []:
        chosen = {key: row for key, row in gold.items() if row.get("corpus") == corpus}
        figures |= {f"{corpus}: {name}": value for name, value in _score(chosen, found).items()}
    return figures | _score(gold, found)


def _score(gold: Mapping[str, Mapping[str, Any]], found: Mapping[str, Annotations]) -> dict[str, float]:
    countries = Tally()
    exact = in_focus = 0
    for story_id, row in gold.items():
        wanted, got = set(row["countries"]), set(found[story_id].countries)
        countries.add(len(wanted & got), len(got), len(wanted))
        exact += wanted == got
        in_focus += next(iter(found[story_id].focus), None) == _focus(row)
    return countries.figures("countries") | {
        "stories with exactly the right countries": percent(exact, len(gold)),
        "country in focus": percent(in_focus, len(gold)),
    }


def _focus(row: Mapping[str, Any]) -> str | None:
    counted = Counter(each["country"] for each in row["toponyms"])
    return counted.most_common(1)[0][0] if counted else None
