"""Handoff: the passage to people. ``verbs`` is what operators may do; ``gateway.app`` registers them."""

from handoff.desk import verbs

__all__ = ["verbs"]
