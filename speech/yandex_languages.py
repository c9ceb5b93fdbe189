"""What SpeechKit understands and speaks ("Supported languages", "List of voices"). Pure."""

from __future__ import annotations

LANGUAGES = {
    "de": "de-DE", "en": "en-US", "es": "es-ES", "fi": "fi-FI", "fr": "fr-FR", "he": "he-IL", "it": "it-IT", "kk": "kk-KZ",
    "nl": "nl-NL", "pl": "pl-PL", "pt": "pt-PT", "ru": "ru-RU", "sv": "sv-SE", "tr": "tr-TR", "uz": "uz-UZ",
}  # fmt: skip
VOICES = {"de": "lea", "en": "john", "he": "naomi", "kk": "amira", "ru": "alena", "uz": "nigora"}
"""In which it speaks each language that it speaks, where no voice is chosen."""
