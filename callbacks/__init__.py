"""Wiring between components; no SQL, no Flask."""
