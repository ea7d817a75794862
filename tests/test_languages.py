"""Stories in languages that are not annotated: kept, shown and found, and their pages say so."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from app.config import Settings
from app.ingest import add_stories, annotate_pending
from app.web.app import create_app
from tests.factories import make_raw

STORIES = {
    "de": "Der Hafenrat von Lindvik hat am Dienstag beschlossen, den nördlichen Kai für zwei Jahre zu schließen. „Wir "
    "konnten nicht länger warten“, sagte die Bürgermeisterin. Die Fähren werden künftig am alten Fischmarkt ablegen.",
    "fr": "Le conseil du port de Lindvik a décidé mardi de fermer le quai nord pendant deux ans. « Nous ne pouvions "
    "pas attendre », a déclaré la maire. Les bacs partiront désormais de l'ancien marché aux poissons de la ville.",
    "ru": "Совет порта Линдвик решил закрыть северный причал. Паромы будут отправляться от старого рыбного рынка.",
    "ar": "قرر مجلس ميناء ليندفيك يوم الثلاثاء إغلاق الرصيف الشمالي لمدة عامين. وقالت رئيسة البلدية: لم نكن نستطيع.",
    "zh": "林德维克港务委员会周二决定关闭北码头两年。市长对记者说：“我们不能再等了。”",
}
WORDS = {
    "de": "Fischmarkt",
    "fr": "poissons",
    "ru": "паромы",
    "ar": "الرصيف",
    "zh": "林德维克港务委员会周二决定关闭北码头两年",
}


@pytest.fixture
def reader(archive: Engine, database_url: str) -> Iterator[TestClient]:
    """A reader of an archive with one story in each language."""
    settings = Settings(database_url=database_url)
    report = add_stories(archive, [make_raw(text, title=f"Story in {code}") for code, text in STORIES.items()])
    assert annotate_pending(archive, settings, among=report.story_ids) == {"unsupported language": len(STORIES)}
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


def test_other_languages_are_kept_shown_and_found_and_say_so(reader: TestClient) -> None:
    for number, (code, text) in enumerate(STORIES.items(), 1):
        story = reader.get(f"/api/v1/stories/{number}").json()
        assert (story["text"], story["state"], story["language"]) == (text, "unsupported language", code)
        page = reader.get(f"/stories/{number}-story-in-{code}").text
        assert "Not annotated (unsupported language):" in page
        assert "only English is annotated" in page
        found = reader.get("/api/v1/stories", params={"q": WORDS[code]}).json()["items"]
        assert [item["id"] for item in found] == [number], code


def test_the_text_of_another_language_is_marked_as_such(reader: TestClient) -> None:
    for number, code in enumerate(STORIES, 1):
        assert f'lang="{code}"' in reader.get(f"/stories/{number}-story-in-{code}").text
