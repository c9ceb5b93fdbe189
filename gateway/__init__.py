"""The core: one log, one floor, two ways out. See docs/architecture.md."""
