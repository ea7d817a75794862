"""The words that tell what somebody talks about: those more frequent in their quotes than in everybody's."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlmodel import Session, col

from app.store.models import Quote, Story, StorySpeaker

MOST = 12
# A word must be in that many of their quotes.
LEAST = 2
SAMPLE = 300
MAX_CHARS = 1000

_WORD = re.compile(r"[^\W\d_]{3,}(?:-[^\W\d_]{3,})*")
STOP_WORDS = frozenset((Path(__file__).parent / "data" / "stop_words.txt").read_text(encoding="utf-8").split())


def topic_words(session: Session, speaker_id: int) -> list[str]:
    """The words most typical of a speaker's newest quotes, compared with the archive's newest; most typical first."""
    own, quotes = _counted(session.scalars(_OWN, {"speaker_id": speaker_id}))
    frequent = {word: n for word, n in own.items() if n >= LEAST}
    if not frequent:
        return []
    everybody, all_quotes = _counted(session.scalars(_ALL))
    scores = {
        word: n * math.log((n / quotes) / ((everybody[word] + 1) / (all_quotes + 1))) for word, n in frequent.items()
    }
    typical = (word for word, score in scores.items() if score > 0)
    return sorted(typical, key=lambda word: (-scores[word], word))[:MOST]


def _newest(stories: Select[int], *conditions: ColumnElement[bool]) -> Select[str]:
    newest = select(col(Quote.content)).where(col(Quote.story_id).in_(stories.limit(SAMPLE)), *conditions)
    return newest.order_by(col(Quote.sorted_at).desc(), col(Quote.id).desc()).limit(SAMPLE)


_SPEAKER: Any = bindparam("speaker_id")
_OWN = _newest(
    select(col(StorySpeaker.story_id))
    .where(col(StorySpeaker.actor_id) == _SPEAKER)
    .order_by(col(StorySpeaker.sorted_at).desc(), col(StorySpeaker.story_id).desc()),
    col(Quote.speaker_id) == _SPEAKER,
)
_ALL = _newest(select(col(Story.id)).order_by(col(Story.sorted_at).desc(), col(Story.id).desc()))


def _counted(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """In how many of the texts each word is, and how many texts there are."""
    counted: Counter[str] = Counter()
    number = 0
    for number, text in enumerate(texts, 1):  # noqa: B007 - it is given back
        counted.update(set(_WORD.findall(text[:MAX_CHARS].casefold())) - STOP_WORDS)
    return counted, number
