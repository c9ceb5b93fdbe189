"""Handoff: the passage to people. ``verbs`` is what operators may do, the ``Distributor`` gives them who waits, ``Absences`` takes back from who is gone,
``Suggestions`` says what they could answer, ``Cards`` what they read first; ``gateway.app`` registers them."""

from handoff.absence import Absences
from handoff.cards import Cards, supervisors_card
from handoff.desk import verbs
from handoff.distributor import Distributor
from handoff.suggestions import Suggestions

__all__ = ["Absences", "Cards", "Distributor", "Suggestions", "supervisors_card", "verbs"]
