"""Reading pages the way a browser does."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br"}


class _Reader(HTMLParser):
    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted
        self.depth = 0
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag not in VOID and (self.depth or given.get("id") == self.wanted):
            self.depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self.depth and tag not in VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.text += data


def _read(html: str, wanted: str = "") -> _Reader:
    reader = _Reader(wanted)
    reader.feed(html)
    reader.close()
    return reader


def text_content(html: str, element_id: str) -> str:
    """The textContent of the element with that id."""
    return _read(html, element_id).text


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """Every tag with its attributes, in order."""
    return _read(html).tags


def ids(html: str) -> list[str]:
    """Every id of the page."""
    return [given["id"] or "" for _tag, given in tags(html) if "id" in given]


def addresses(html: str) -> list[str]:
    """Where every link of the page leads."""
    return [given["href"] or "" for tag, given in tags(html) if tag == "a"]
