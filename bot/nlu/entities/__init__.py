"""Entities in a message: what the content taught, and kinds that every business has."""

from bot.nlu.entities.entity import KINDS, NOWHERE, Entity, Here
from bot.nlu.entities.finder import Finder
from bot.nlu.entities.roles import Annotated, Cue, learn_roles

__all__ = ["KINDS", "NOWHERE", "Annotated", "Cue", "Entity", "Finder", "Here", "learn_roles"]
