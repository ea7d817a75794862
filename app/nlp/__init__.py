"""Text in, annotations out. Knows no database."""
