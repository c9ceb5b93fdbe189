"""The core: one log, one floor, two ways out. See docs/architecture.md."""

__version__ = "0.8.0"
