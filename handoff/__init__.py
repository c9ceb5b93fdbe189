"""Handoff: the passage to people. ``verbs`` is what operators may do, the ``Distributor`` gives them who waits, ``Absences`` takes back from who is gone,
``Suggestions`` says what they could answer; ``gateway.app`` registers them."""

from handoff.absence import Absences
from handoff.desk import verbs
from handoff.distributor import Distributor
from handoff.suggestions import Suggestions

__all__ = ["Absences", "Distributor", "Suggestions", "verbs"]
