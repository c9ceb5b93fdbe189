"""Entities in a message: what the content taught, and kinds that every business has."""

from bot.nlu.entities.entity import KINDS, Entity, Here
from bot.nlu.entities.finder import Finder

__all__ = ["KINDS", "Entity", "Finder", "Here"]
