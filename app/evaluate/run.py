"""Reads gold files, has their stories annotated, and scores."""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from app.config import Settings
from app.evaluate import actors, countries, quotes, sources, speakers
from app.nlp.pipeline import Titled, annotate_many
from app.read import read_paths
from app.spans import RawStory

WHAT: Mapping[str, ModuleType] = {
    "quotes": quotes,
    "speakers": speakers,
    "sources": sources,
    "actors": actors,
    "countries": countries,
}


def evaluate(
    what: str, gold_file: Path, text_paths: Iterable[Path], settings: Settings, on_story: Callable[[], None]
) -> dict[str, float]:
    """Figures in percent by name.

    The gold's rows hold their `text`, or `text_paths` lead to it: JSON Lines with the same ids, or directories of
    stories whose file names are the ids.

    Raises:
        ValueError: a story of the gold has no text, or there is none.
        OSError: a file cannot be read.
    """
    gold = {str(row["id"]): row for row in read_rows(gold_file)}
    if not gold:
        raise ValueError("there is no story in it")
    given = {story_id: Titled(row["text"], row.get("title") or "") for story_id, row in gold.items() if "text" in row}
    for path in text_paths:
        given |= _texts(path, settings.max_story_bytes)
    missing = [story_id for story_id in gold if story_id not in given]
    if missing:
        raise ValueError(f"{len(missing)} stories have no text, {missing[0]} first; say where they are with --texts")
    chosen = [given[story_id] for story_id in gold]
    found = {}
    annotated = annotate_many(chosen, model=settings.model, max_chars=settings.max_annotated_chars)
    for story_id, annotations in zip(gold, annotated, strict=True):
        found[story_id] = annotations
        on_story()
    texts = {story_id: given[story_id].text for story_id in gold}
    figures: dict[str, float] = WHAT[what].score(gold, texts, found)
    return figures


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file, plain or gzip."""
    packed = path.suffix == ".gz"
    with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("not every line is a JSON object")
    return rows


def _texts(path: Path, max_bytes: int) -> dict[str, Titled]:
    if not path.is_dir():
        return {str(row["id"]): Titled(row["text"], row.get("title") or "") for row in read_rows(path)}
    stories = (story for story in read_paths([path], max_bytes=max_bytes) if isinstance(story, RawStory))
    return {Path(story.origin).name: Titled(story.text, story.title) for story in stories}
