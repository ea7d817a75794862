from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from app.store.archive import wrong_counts
from app.store.models import Story
from tests.cluster import reannotate_and_kill
from tests.factories import make_raw, store_raw

STORIES = 100


def test_each_story_is_saved_once_though_a_worker_is_killed(archive: Engine, database_url: str, tmp_path: Path) -> None:
    for n in range(STORIES):
        store_raw(archive, make_raw(f"“The boats stay in port {n},” said Marta Sousa, the minister of Portugal."))
    seen = reannotate_and_kill(tmp_path, database_url, kill_after=0)
    assert (seen.status, seen.said) == (0, f"{STORIES} annotated")
    assert (seen.savings, seen.stories) == (STORIES, STORIES)
    assert seen.batches_lost > 0
    with Session(archive) as session:
        assert wrong_counts(session) == {}
        assert set(session.exec(select(Story.quote_count))) == {1}
