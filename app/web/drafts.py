"""What a user handed in, read and waiting for a yes: kept by this process, for a while and within bounds."""

import json
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import Any

from app.ingest import AddReport
from app.nlp.language import detect
from app.nlp.references import reference_list
from app.spans import RawStory, Unreadable
from app.store.stories import lead_of

# How many stories and reasons a page shows; the rest is counted.
SHOWN = 10
SHOWN_UNREADABLE = 50
SHOWN_CHARS = 20_000
SHOWN_REFERENCES = 50
KEPT_SECONDS = 3600.0
MAX_DRAFTS = 20
MAX_OF_A_USER = 4
# Beyond this, what was read is on disk.
IN_MEMORY_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Preview:
    """A story as it would be added, as far as a page shows it: its text is on disk, only the start of it is here."""

    raw: RawStory
    byline: str | None
    language: str
    lead: str
    words: int
    is_cut: bool
    references: tuple[str, ...]


@dataclass
class Draft:
    """Stories as they were read, and what became of them once they were saved; `unreadable` counts all failures."""

    user_id: int
    file: Any
    until: float
    stories: int = 0
    shown: list[Preview] = field(default_factory=list)
    unreadable: int = 0
    reasons: list[Unreadable] = field(default_factory=list)
    report: AddReport | None = None
    lock: Lock = field(default_factory=Lock)

    def read(self) -> Iterator[RawStory]:
        """All stories, in order."""
        self.file.seek(0)
        for line in self.file:
            kept = json.loads(line)
            published = kept.pop("published_at")
            yield RawStory(**kept, published_at=datetime.fromisoformat(published) if published else None)


class Drafts:
    """The drafts of all users; the oldest make room."""

    def __init__(self) -> None:
        self._kept: dict[str, Draft] = {}
        self._lock = Lock()

    def keep(self, user_id: int, found: Iterable[RawStory | Unreadable], *, max_bytes: int) -> str:
        """Read everything and keep it under a new name; what is beyond `max_bytes` in all is not read."""
        draft = _filled(user_id, found, max_bytes)
        name = secrets.token_urlsafe(16)
        with self._lock:
            own = [key for key, each in self._kept.items() if each.user_id == user_id]
            late = [key for key, each in self._kept.items() if each.until < time.monotonic()]
            # A file goes with its draft, once nobody reads it any more.
            for key in {*own[: -MAX_OF_A_USER + 1], *late, *list(self._kept)[: -MAX_DRAFTS + 1]}:
                del self._kept[key]
            self._kept[name] = draft
        return name

    def find(self, name: str, user_id: int) -> Draft | None:
        """A user's own draft, if it is still kept."""
        draft = self._kept.get(name)
        return draft if draft is not None and draft.user_id == user_id and draft.until > time.monotonic() else None


def _filled(user_id: int, found: Iterable[RawStory | Unreadable], max_bytes: int) -> Draft:
    file = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES, mode="w+", encoding="utf-8")  # noqa: SIM115 - kept open
    draft = Draft(user_id, file, time.monotonic() + KEPT_SECONDS)
    written = 0
    for item in found:
        if isinstance(item, Unreadable):
            _note(draft, item)
            continue
        line = json.dumps(asdict(item), default=datetime.isoformat) + "\n"
        written += len(line)
        if written > max_bytes:
            told = f"this story and what follows was not read: unpacked, it is more than {max_bytes:,} bytes in all"
            _note(draft, Unreadable(item.origin, f"{told}; add the rest apart"))
            break
        file.write(line)
        draft.stories += 1
        if len(draft.shown) < SHOWN:
            draft.shown.append(_preview(item))
    return draft


def _preview(raw: RawStory) -> Preview:
    references = reference_list(raw.text)[:SHOWN_REFERENCES]
    return Preview(
        raw=replace(raw, text=raw.text[:SHOWN_CHARS], extra={}),
        byline=_words(raw.extra.get("byline")),
        language=_words(raw.extra.get("language")) or detect(raw.text),
        lead=lead_of(raw.text, raw.title),
        words=len(raw.text.split()),
        is_cut=len(raw.text) > SHOWN_CHARS,
        references=tuple(raw.text[start:end][:1000] for start, end in references),
    )


def _words(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) else None


def _note(draft: Draft, item: Unreadable) -> None:
    draft.unreadable += 1
    if len(draft.reasons) < SHOWN_UNREADABLE:
        draft.reasons.append(item)
