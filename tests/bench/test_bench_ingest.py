from app.bench.draw import Batch, draw
from app.bench.ingest import bench_ingest
from app.bench.values import stories_of
from app.bench.world import make_world


def test_what_is_stored_is_what_was_drawn_and_fits_together() -> None:
    rounds: list[int] = []
    figures = bench_ingest(30, 1, seed=1, on_round=lambda: rounds.append(1))
    assert rounds == [1]
    assert figures["problems found in what was stored"] == 0
    assert figures["times executemany"] > 0


def test_drawn_rows_become_a_story_with_all_that_is_found_in_it() -> None:
    rows = draw(Batch(seed=1, month=60, first_id=1, stories=2))
    (raw, found), (other, _) = stories_of(rows, make_world(1))
    assert raw.text == rows["story_text"][0][1] != other.text
    assert len(found.quotes) == len(rows["quote"]) / 2 == 5
    assert {actor.name for actor in found.actors} == {row[3] for row in rows["story_actor"] if row[2] == 1}
    spoken = {quote.speaker for quote in found.quotes} - {None}
    assert spoken <= {actor.id for actor in found.actors}
    assert all(raw.text[m.start : m.end] for m in found.mentions)
