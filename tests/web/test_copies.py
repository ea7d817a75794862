from dataclasses import replace

from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.store.db import write_session
from app.store.stories import delete_stories
from tests.factories import NOW, TEXT, lisbon_annotations, make_raw, store_raw, store_story

ADDRESS = "https://harbour.example/talks"
# What the annotators leave as the fingerprint of both; the words decide whether they are copies.
FOUND = replace(lisbon_annotations(), bands=(1, 2, 3))


def test_a_text_in_two_outlets_is_one_card_that_names_the_other(archive: Engine, client: TestClient) -> None:
    store_story(archive, make_raw(outlet="Harbour Post"), FOUND)
    store_story(archive, make_raw(outlet="Coast Herald", url=ADDRESS), FOUND)
    page = client.get("/").text
    assert page.count('<article class="card">') == 1
    assert "Also in another outlet" in page
    assert page.index("Coast Herald") < page.index("Harbour Post")
    assert client.get("/?copies=all").text.count('<article class="card">') == 2


def test_exports_and_feeds_hold_what_the_list_shows(archive: Engine, client: TestClient) -> None:
    ids = [store_story(archive, make_raw(outlet=outlet, url=f"{ADDRESS}/{outlet}"), FOUND) for outlet in "ab"]
    assert len(client.get("/stories.jsonl").text.splitlines()) == 1
    assert len(client.get("/stories.jsonl?copies=all").text.splitlines()) == 2
    assert client.get("/stories.atom").text.count("<entry>") == 1
    (card,) = client.get("/api/v1/stories").json()["items"]
    assert (card["id"], [copy["id"] for copy in card["copies"]]) == (ids[1], [ids[0]])


def test_a_changed_story_leads_to_what_it_said_before(archive: Engine, client: TestClient) -> None:
    store_raw(archive, make_raw(url=ADDRESS))
    store_raw(archive, make_raw(TEXT.replace("Monday", "Tuesday"), url=ADDRESS))
    now = "/stories/1-harbour-talks-begin-in-lisbon"
    assert f'href="{now}/earlier/1"' in client.get(now).text
    earlier = client.get(f"{now}/earlier/1")
    assert earlier.status_code == 200
    assert "Monday" in earlier.text
    assert "Tuesday" not in earlier.text
    for missing in ("1-x/earlier/2", "2-x/earlier/1", f"1/earlier/{10**30}", "x/earlier/1"):
        assert client.get(f"/stories/{missing}").status_code in (404, 422)


def test_a_story_that_was_taken_back_is_gone_and_not_merely_unknown(archive: Engine, client: TestClient) -> None:
    number = store_story(archive)
    with write_session(archive) as session:
        delete_stories(session, [number], now=NOW)
    page = client.get(f"/stories/{number}-harbour-talks-begin-in-lisbon")
    assert page.status_code == 410
    assert "taken back" in page.text
    assert client.get(f"/api/v1/stories/{number}").status_code == 410
    assert client.get(f"/api/v1/stories/{number + 1}").status_code == 404
