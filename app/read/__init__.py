"""Bytes in, raw stories out. Knows no database and no annotations."""
