"""The one way a reader says no."""


class Refused(Exception):  # noqa: N818 - an answer to the person who gave us the file, not an error of ours
    """Something that could not become a story; its words say why and what to do."""
