"""The core: one log, one floor, two ways out. See docs/architecture.md."""

__version__ = "0.7.0"
