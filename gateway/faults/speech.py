"""What can't be chosen for the speech of calls."""

from __future__ import annotations

from gateway.faults import Kind

UNKNOWN = Kind("speech_unknown", "There is no speech engine “{engine}”. Whoever runs the server sets engines up.")
LANGUAGE = Kind("speech_language", "“{engine}” doesn't know this language ({language}). Choose another engine for it.")
HEARS_NOT = Kind("speech_hears_not", "“{engine}” only speaks. Choose one that understands.")
SPEAKS_NOT = Kind("speech_speaks_not", "“{engine}” only understands. Choose one that speaks.")
ORDER = Kind("speech_order", "Choose at most {limit} speech engines for a language, each of them once.")
VOICE = Kind("speech_voice", "A voice's name has letters, digits and - _ . : / + only, at most 80 of them.")
LACKS = Kind("speech_lacks", "“{engine}” can't speak yet: what it needs isn't on the server.")
SILENT = Kind("speech_silent", "“{engine}” said nothing. {said}")
RATE = Kind("speech_rate", "A voice speaks at half to twice its usual speed: 0.5 to 2.")
