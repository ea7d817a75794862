from app.store.cards import MonthCount
from app.web.charts import HEIGHT, bars


def test_the_highest_bar_fills_the_drawing() -> None:
    found = bars([MonthCount("2026-01", 2), MonthCount("2026-02", 0), MonthCount("2026-03", 4)])[-3:]
    assert [(bar.period, bar.height, bar.y) for bar in found] == [
        ("2026-01", HEIGHT / 2, HEIGHT / 2),
        ("2026-02", 0, HEIGHT),
        ("2026-03", HEIGHT, 0),
    ]
    assert found[0].x < found[1].x < found[2].x


def test_more_than_three_years_of_months_become_years() -> None:
    months = [MonthCount(f"{year}-{month:02}", 1) for year in range(2020, 2024) for month in range(1, 13)]
    assert [(bar.period, bar.stories) for bar in bars(months)][-4:] == [(str(year), 12) for year in range(2020, 2024)]


def test_a_few_months_are_drawn_after_the_months_before_them() -> None:
    found = bars([MonthCount("2026-01", 2), MonthCount("2026-02", 1)])
    assert [bar.period for bar in found[:2]] == ["2025-03", "2025-04"]
    assert [bar.stories for bar in found] == [0] * 10 + [2, 1]
    assert [bar.period for bar in bars([MonthCount("0001-02", 1)])] == ["0001-01", "0001-02"]


def test_no_months_make_no_bars() -> None:
    assert bars([]) == []


def test_a_bar_knows_its_days() -> None:
    month = bars([MonthCount("2024-02", 1)])[-1]
    assert month.brief == "Feb 2024"
    assert (month.words, month.first_day, month.last_day) == ("February 2024", "2024-02-01", "2024-02-29")
    year = bars([MonthCount(f"{year}-{month:02}", 1) for year in range(2020, 2024) for month in range(1, 13)])[-4]
    assert (year.words, year.first_day, year.last_day) == ("2020", "2020-01-01", "2020-12-31")
