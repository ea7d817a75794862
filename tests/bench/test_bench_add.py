from app.bench.add import bench_add
from app.config import get_settings


def test_the_same_files_are_added_twice() -> None:
    counted: list[int] = []
    figures = bench_add(3, get_settings(), annotate=False, on_story=lambda: counted.append(1))
    assert len(counted) == 6
    assert figures["adding again: stories a second"] > 0
    assert figures["adding: MB after the last"] > 0
