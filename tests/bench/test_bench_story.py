from app.bench.story import bench_story, long_story


def test_the_long_story_has_5000_words_and_its_spans_stand_in_it() -> None:
    text, found = long_story()
    assert 4_500 <= len(text.split()) <= 5_500
    assert {text[start:end] for source in found.sources for start, end in source.mentions} == {
        source.name for source in found.sources
    }


def test_both_pages_are_asked_for() -> None:
    figures = bench_story(2)
    assert figures["highlights"] == 300
    assert figures["times the plain page"] > 0
