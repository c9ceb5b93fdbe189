"""Benchmarks: ratios measured side by side in one run. ``python -m benchmarks.turn``; see docs/performance.md."""
