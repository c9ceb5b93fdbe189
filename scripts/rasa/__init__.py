"""Rasa Open Source in an environment of its own: built once per user, trained once per content, run on loopback."""
