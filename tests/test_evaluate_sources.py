"""The scorer of sources, on values made here, and the shape of its gold."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from app.evaluate.sources import AXES, paired, score
from app.spans import Affiliation, Annotations, Channel, SourceForm, SourceRole, SourceSpan

GOLD = Path(__file__).parent / "gold" / "sources.jsonl"
OFFICIALS = SourceSpan(
    id="s1",
    name="officials",
    form="unnamed group",
    affiliation="government",
    role=None,
    channel="interview",
    former=False,
    unnamed=True,
    anonymous=True,
    reason="because they feared reprisals",
    actor=None,
    country="NO",
    mentions=((10, 20), (30, 34)),
    rule="words",
)
WANTED = {axis: getattr(OFFICIALS, axis) for axis in AXES} | {"mentions": [[10, 20]], "reason": True}


def figures(wanted: list[dict[str, Any]], *found: SourceSpan) -> dict[str, float]:
    return score({"a": {"sources": wanted}}, {"a": ""}, {"a": Annotations("annotated", sources=found)})


def test_a_source_that_is_right_on_every_axis() -> None:
    assert set(figures([WANTED], OFFICIALS).values()) == {100.0}


@pytest.mark.parametrize("axis", AXES)
def test_each_axis_is_judged_by_itself(axis: str) -> None:
    wrong = {**WANTED, axis: not WANTED[axis]}
    assert {name for name, value in figures([wrong], OFFICIALS).items() if value == 0} == {f"{axis} right"}


def test_a_source_elsewhere_in_the_text_is_another() -> None:
    found = figures([WANTED], OFFICIALS, replace(OFFICIALS, id="s2", mentions=((50, 60),)))
    assert (found["sources, precision"], found["sources, recall"]) == (50.0, 100.0)
    assert figures([WANTED], replace(OFFICIALS, mentions=((20, 30),)))["sources, recall"] == 0.0


def test_a_source_within_a_longer_one_keeps_its_own() -> None:
    document = replace(OFFICIALS, id="s2", form="document", mentions=((0, 34),))
    reporter = replace(OFFICIALS, id="s3", form="the reporter", mentions=((20, 34),))
    wanted = {
        "sources": [{"mentions": [[0, 12]], "form": "document"}, {"mentions": [[20, 34]], "form": "the reporter"}]
    }
    pairs = paired(wanted, Annotations("annotated", sources=(document, reporter)))
    assert {(one["form"], other.form) for one, other in pairs} == {("document",) * 2, ("the reporter",) * 2}


def test_the_held_out_half_has_figures_of_its_own() -> None:
    gold: dict[str, dict[str, Any]] = {"a": {"sources": [WANTED]}, "b": {"held_out": True, "sources": [WANTED]}}
    nothing = Annotations("annotated")
    found = score(gold, {"a": "", "b": ""}, {"a": Annotations("annotated", sources=(OFFICIALS,)), "b": nothing})
    assert (found["sources, recall"], found["held out: sources, recall"]) == (50.0, 0.0)


def test_the_gold_keeps_to_the_vocabulary() -> None:
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    assert (len(rows), sum(row["held_out"] for row in rows)) == (40, 20)
    for source in (source for row in rows for source in row["sources"]):
        assert source["form"] in get_args(SourceForm)
        assert source["affiliation"] in get_args(Affiliation)
        assert source["role"] in (None, *get_args(SourceRole))
        assert source["channel"] in (None, *get_args(Channel))
        assert source["unnamed"] == source["form"].startswith("unnamed")
        assert all(start < end for start, end in source["mentions"])
