"""Measurements, run one by one with ``python -m benchmarks.<name>``."""
