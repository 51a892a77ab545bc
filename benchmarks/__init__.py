"""Ratios of onapi against floors and peers, measured together in one run: docs/explanation/performance.md."""
