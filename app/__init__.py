"""Newsgloss: news stories in, annotated with actors, quotes and sources, browsed in a browser."""
