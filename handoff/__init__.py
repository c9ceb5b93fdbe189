"""Handoff: the passage to people. ``verbs`` is what operators may do, the ``Distributor`` gives them who waits, ``Absences`` takes back from who is gone;
``gateway.app`` registers both."""

from handoff.absence import Absences
from handoff.desk import verbs
from handoff.distributor import Distributor

__all__ = ["Absences", "Distributor", "verbs"]
