"""Telegram: a bot of a business as a way in and out. ``codec`` is pure; see there for what maps to what."""
