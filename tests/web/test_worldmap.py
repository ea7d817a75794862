from collections.abc import Mapping

import pytest
from starlette.testclient import TestClient

from app.country_names import country_names
from app.web.world_build import outline, project, rings_by_code, simplify
from app.web.worldmap import STEPS, world_map
from tests.web.markup import addresses


def test_every_country_can_be_drawn() -> None:
    drawn = {shape.code for shape in world_map(dict.fromkeys(country_names(), 1)).shapes}
    assert drawn == set(country_names())


def test_a_country_too_small_for_an_outline_is_a_dot_where_it_has_stories() -> None:
    dots = {shape.code for shape in world_map({"SG": 2, "FR": 1}).shapes if shape.is_dot}
    assert dots == {"SG"}


@pytest.mark.parametrize(
    ("counts", "steps"),
    [
        ({}, {}),
        ({"FR": 1}, {"FR": 5}),
        ({"FR": 32, "IT": 16, "ES": 8, "PT": 4, "DE": 2, "CH": 1}, {"FR": 5, "IT": 5, "ES": 4, "CH": 1}),
        ({"FR": 1_000_000, "IT": 1}, {"FR": 5, "IT": 1}),
    ],
)
def test_shades_grow_with_the_numbers(counts: Mapping[str, int], steps: Mapping[str, int]) -> None:
    found = {shape.code: shape.step for shape in world_map(counts).shapes if shape.step}
    assert steps.items() <= found.items()


@pytest.mark.parametrize("most", [0, 1, 2, 5, 6, 31, 999])
def test_the_legend_leaves_no_number_out(most: int) -> None:
    legend = world_map({"FR": most}).legend
    assert [n for step in legend for n in range(step.least, step.most + 1)] == list(range(1, most + 1))
    assert not legend or legend[-1].step == STEPS


def test_the_map_links_to_countries_by_the_chosen_relation(filled: TestClient) -> None:
    html = filled.get("/countries?sort=focus").text
    assert "/countries/PT?relation=focus" in addresses(html)
    assert "<title>Portugal: 3 stories</title>" in html
    assert "/countries/NO?relation=focus" not in addresses(html)
    assert len(html.encode()) < 120_000


def test_lines_lose_only_points_that_hardly_matter() -> None:
    assert simplify([(0, 0), (1, 0.1), (2, 0), (3, 5), (4, 0)], 0.2) == [(0, 0), (2, 0), (3, 5), (4, 0)]


def test_an_outline_over_the_date_line_stays_in_one_piece() -> None:
    topology = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [[[170, 60], [15, 0], [-360 + 5, 5], [340, 5], [0, -10]]],
        "objects": {"countries": {"geometries": [{"type": "Polygon", "arcs": [[0]], "id": "643", "properties": {}}]}},
    }
    (ring,) = rings_by_code(topology, 0)["RU"]
    assert max(x for x, _ in ring) - min(x for x, _ in ring) < 90
    assert outline([ring]).startswith("M")


def test_the_projection_keeps_the_world_on_its_sheet() -> None:
    assert project(-180, 0)[0] == pytest.approx(0)
    assert project(180, 0)[0] == pytest.approx(1000)
    assert project(0, 80)[1] < project(0, 0)[1] < project(0, -50)[1]
