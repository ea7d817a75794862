from datetime import timedelta

from sqlalchemy import Engine, event
from sqlmodel import Session

from app.spans import Annotations
from app.store import waiting
from app.store.db import write_session
from app.store.models import Story
from tests.factories import NOW, VERSION, annotate_stored, make_raw, store_raw, store_story

MINUTE = timedelta(minutes=1)
FAILED = Annotations("failed", reason="the annotators failed: out of words")


def claim_new(archive: Engine, most: int = 9) -> list[int]:
    with write_session(archive) as session:
        return [story.id for story in waiting.claim_new(session, most=most, now=NOW)]


def claim_again(archive: Engine, after: timedelta = timedelta(0)) -> int | None:
    with write_session(archive) as session:
        story = waiting.claim_again(session, now=NOW + after)
    return story.id if story else None


def store_waiting(archive: Engine, n: int) -> list[int]:
    return [store_raw(archive, make_raw(f"Story {i}.")).story_id for i in range(n)]


def test_stories_wait_until_annotated_by_this_version(archive: Engine) -> None:
    done, new = store_story(archive), store_raw(archive, make_raw("Waits.")).story_id
    with Session(archive) as session:
        assert [story.id for story in waiting.pending(session, VERSION, among=[done, new])] == [new]
        assert [story.id for story in waiting.pending(session, "newer", among=[done, new])] == [done, new]
        assert waiting.count_waiting(session) == 1


def test_what_is_claimed_is_not_claimed_again_before_its_time(archive: Engine) -> None:
    ids = store_waiting(archive, 3)
    assert claim_new(archive, most=2) == ids[:2]
    assert claim_new(archive) == ids[2:]
    assert claim_again(archive) is None
    with write_session(archive) as session:
        assert not waiting.is_any_due(session, now=NOW)
    assert claim_again(archive, after=MINUTE) == ids[0]


def test_who_asks_for_certain_stories_gets_them_whoever_claimed_them(archive: Engine) -> None:
    ids = store_waiting(archive, 3)
    claim_new(archive, most=2)
    with write_session(archive) as session:
        assert [story.id for story in waiting.claim_among(session, VERSION, among=ids[:2], now=NOW)] == ids[:2]


def test_what_was_saved_waits_no_more(archive: Engine) -> None:
    ids = store_waiting(archive, 1)
    claim_new(archive)
    annotate_stored(archive, ids[0], Annotations("annotated", "en"))
    assert claim_again(archive, after=timedelta(days=9)) is None
    with Session(archive) as session:
        story = session.get_one(Story, ids[0])
        assert (story.failures, story.next_try_at) == (0, None)


def test_a_story_that_fails_says_why_and_waits_longer_each_time(archive: Engine) -> None:
    [story_id] = store_waiting(archive, 1)
    claim_new(archive)
    annotate_stored(archive, story_id, FAILED)
    with Session(archive) as session:
        assert session.get_one(Story, story_id).state_reason == FAILED.reason
    assert claim_again(archive, after=MINUTE) == story_id
    assert claim_again(archive, after=2 * MINUTE) is None
    assert claim_again(archive, after=5 * MINUTE) == story_id
    assert waiting.wait_after(40) == timedelta(days=1)


def test_the_one_that_failed_least_often_is_tried_first(archive: Engine) -> None:
    ids = store_waiting(archive, 2)
    assert claim_new(archive, most=1) == [ids[0]]
    assert claim_again(archive, after=MINUTE) == ids[0]
    assert claim_new(archive) == [ids[1]]
    assert claim_again(archive, after=60 * MINUTE) == ids[1]


def test_what_an_interrupted_program_had_claimed_is_tried_at_once_but_not_for_ever(archive: Engine) -> None:
    [story_id] = store_waiting(archive, 1)
    claim_new(archive)
    for _ in range(waiting.INTERRUPTIONS):
        with write_session(archive) as session:
            waiting.unclaim(session, now=NOW)
        assert claim_again(archive) == story_id
    with write_session(archive) as session:
        waiting.unclaim(session, now=NOW)
    assert claim_again(archive) is None


def test_interruptions_do_not_bring_a_failed_story_back_early(archive: Engine) -> None:
    [story_id] = store_waiting(archive, 1)
    claim_new(archive)
    annotate_stored(archive, story_id, FAILED)
    with write_session(archive) as session:
        waiting.unclaim(session, now=NOW)
    assert claim_again(archive) is None


def test_a_failed_story_can_be_tried_again_by_hand(archive: Engine) -> None:
    ids = store_waiting(archive, 3)
    claim_new(archive)
    for story_id in ids[:2]:
        annotate_stored(archive, story_id, FAILED)
    with write_session(archive) as session:
        assert waiting.try_again(session, [ids[1], ids[2], 77]) == 1
    assert claim_new(archive) == [ids[1]]
    with write_session(archive) as session:
        assert waiting.try_again(session, None) == 1


def test_stale_annotations_stay_until_they_are_renewed(archive: Engine) -> None:
    story_id = store_story(archive)
    with write_session(archive) as session:
        assert waiting.mark_stale(session, VERSION) == 0
        assert waiting.mark_stale(session, "newer") == 1
    with Session(archive) as session:
        assert session.get_one(Story, story_id).state == "annotated"
    assert claim_new(archive) == [story_id]


def test_looking_for_work_reads_only_what_waits(archive: Engine) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(archive, "before_cursor_execute", lambda _c, _cursor, sql, given, *_: asked.append((sql, given)))
    claim_new(archive)
    claim_again(archive)
    with Session(archive) as session:
        waiting.is_any_due(session, now=NOW)
        waiting.count_waiting(session)
    looks = [each for each in asked if each[0].startswith("SELECT") and "advisory" not in each[0]]
    assert len(looks) == 4
    if archive.dialect.name != "sqlite":
        return  # PostgreSQL plans by what is in the table: a handful of rows is read without any index
    with archive.connect() as connection:
        for sql, given in looks:
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all())
            assert "ix_story_waiting" in plan, sql
