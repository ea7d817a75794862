"""The annotation pipeline: spaCy's model with our components behind it.

`load()` is the one place where spaCy and the gazetteers are imported, so starting the web or the command line
costs neither.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from functools import lru_cache, partial
from importlib import import_module, invalidate_caches
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.spans import Annotations

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

# Order matters: each component reads what those before it left on the Doc.
COMPONENTS = ("actors", "countries", "quotes", "speakers", "sources")

# What the components leave on a Doc, each a list of the values in app.spans (references: a list of spans).
EXTENSIONS = ("actors", "mentions", "toponyms", "quotes", "sources", "references")

HALF_CHARACTER = re.compile("[\ud800-\udfff]")

BATCH = 32
# To a pool smaller ones are handed, so that its processes end nearly together.
POOL_BATCH = 16
AHEAD = 16


class Titled(NamedTuple):
    """A text to annotate and its headline, which may stand apart from it ("" if there is none)."""

    text: str
    title: str = ""


@lru_cache
def load(model: str) -> Language:
    """The pipeline over the spaCy model of that package name.

    Raises:
        OSError: the model is not installed.
    """
    import spacy
    from spacy.tokens import Doc

    from app.nlp import sentences

    require(model)
    for name in EXTENSIONS:
        Doc.set_extension(name, default=[], force=True)
    Doc.set_extension("title", default="", force=True)
    nlp = spacy.load(model)
    nlp.add_pipe(sentences.NAME, before="parser")
    for name in COMPONENTS:
        module = import_module(f"app.nlp.{name}")
        nlp.add_pipe(module.NAME)
    return nlp


def is_installed(model: str) -> bool:
    """Whether the model can be loaded, as far as can be told without loading it."""
    invalidate_caches()
    try:
        return find_spec(model) is not None
    except (ImportError, ValueError):
        return Path(model).is_dir()


def require(model: str) -> None:
    """Say what is to be done where the model is missing, before anything is begun.

    Raises:
        OSError: the model is not installed.
    """
    if not is_installed(model):
        raise OSError(f"the model {model} is not installed; stories wait until it is")


@lru_cache
def pipeline_version(model: str, max_chars: int) -> str:
    """A short hash that changes whenever annotations may: components, lexicons, settings, model."""
    packages = " ".join(f"{name} {_package_version(name)}" for name in (model, "spacy", "datasketch"))
    digest = hashlib.sha256(f"{packages} {max_chars}".encode())
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def annotate(text: Titled, *, model: str, max_chars: int) -> Annotations:
    """The annotations of one text; never raises on any text."""
    return next(annotate_many([text], model=model, max_chars=max_chars))


def annotate_many(
    texts: Iterable[Titled], *, model: str, max_chars: int, pool: Executor | None = None
) -> Iterator[Annotations]:
    """The annotations of each text, in order, made here or in a pool. One bad text never stops the others."""
    waiting = iter(texts)
    size = BATCH if pool is None else POOL_BATCH
    batches = iter(lambda: list(islice(waiting, size)), [])
    work = partial(_annotate_batch, model=model, max_chars=max_chars)
    for found in map(work, batches) if pool is None else _ahead(pool, work, batches):
        yield from found


def _ahead(
    pool: Executor, work: Callable[[list[Titled]], list[Annotations]], batches: Iterator[list[Titled]]
) -> Iterator[list[Annotations]]:
    """The results in order, with a few batches under way before each is asked for: neither idle nor all at once."""
    under_way = deque(pool.submit(work, batch) for batch in islice(batches, AHEAD))
    while under_way:
        yield under_way.popleft().result()
        under_way.extend(pool.submit(work, batch) for batch in islice(batches, 1))


def _annotate_batch(batch: list[Titled], *, model: str, max_chars: int) -> list[Annotations]:
    nlp = load(model)
    refused = [refusal(item.text, max_chars) for item in batch]
    wanted = [item for item, reason in zip(batch, refused, strict=True) if reason is None]
    annotated = iter(_pipe(nlp, wanted))
    found = [reason if reason is not None else next(annotated) for reason in refused]
    return [replace(each, bands=fingerprint(item.text, max_chars)) for item, each in zip(batch, found, strict=True)]


def fingerprint(text: str, max_chars: int) -> tuple[int, ...]:
    """The numbers by which texts that are nearly the same find each other; empty where it cannot be told."""
    from app.nlp.fingerprint import bands

    return bands(text[:max_chars]) if isinstance(text, str) else ()


def _pipe(nlp: Language, items: list[Titled]) -> list[Annotations]:
    """Together for speed; one by one when any of them fails, so that only the bad one is lost."""
    try:
        return [collect(doc) for doc in nlp.pipe([_to_doc(nlp, item) for item in items])]
    except Exception:
        return [_annotate_alone(nlp, item) for item in items]


def _annotate_alone(nlp: Language, item: Titled) -> Annotations:
    try:
        return collect(nlp(_to_doc(nlp, item)))
    except Exception as error:
        return Annotations("failed", language="en", reason=f"the annotators failed: {error!r}"[:500])


def _to_doc(nlp: Language, item: Titled) -> Doc:
    from app.nlp.tokens import tokenise

    doc = tokenise(nlp, item.text)
    doc._.title = item.title
    return doc


def refusal(text: str, max_chars: int) -> Annotations | None:
    """Why this text is not annotated, or None if it can be; other people's data may hold anything for a text."""
    if not isinstance(text, str):
        return Annotations("failed", reason="the text is not a string")
    if HALF_CHARACTER.search(text):
        return Annotations("failed", reason="the text holds half a character (a lone surrogate)")
    if len(text) > max_chars:
        return Annotations("too long", reason=f"{len(text):,} characters; at most {max_chars:,} are annotated")
    language = detect_language(text)
    if language != "en":
        return Annotations("unsupported language", language=language, reason="only English is annotated")
    return None


def detect_language(text: str) -> str:
    """The BCP 47 code of the text's language; "en" where the text is too short to tell or the guess is unsure."""
    from app.nlp import language

    return language.detect(text)


def collect(doc: Doc) -> Annotations:
    """The values the components left on a Doc, as one Annotations."""
    from app.nlp import countries
    from app.nlp.tokens import text_of

    toponyms = tuple(doc._.toponyms)
    return Annotations(
        state="annotated",
        language="en",
        actors=tuple(doc._.actors),
        mentions=tuple(sorted(doc._.mentions, key=lambda mention: (mention.start, mention.end))),
        toponyms=toponyms,
        countries=countries.mentioned(toponyms, doc._.actors),
        focus=countries.in_focus(toponyms, text_of(doc), doc._.title),
        speaking=countries.speaking(doc._.sources),
        quotes=tuple(doc._.quotes),
        sources=tuple(doc._.sources),
        references=tuple(doc._.references),
    )


def _package_version(name: str) -> str:
    try:
        return version(name.replace("_", "-"))
    except PackageNotFoundError:
        return "unknown"
