"""How good the annotations are, against stories annotated by hand."""
