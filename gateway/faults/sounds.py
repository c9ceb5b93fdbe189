"""Why a sound for calls can't be kept, chosen or removed."""

from __future__ import annotations

from gateway.faults import Kind

UNREADABLE = Kind("sound_unreadable", "This is no sound that can be read. Bring an MP3, WAV, OGG, M4A or WebM file.")
SILENT = Kind("sound_silent", "There is no sound in it. Look whether the microphone was on, then record it again.")
TOO_LONG = Kind("sound_too_long", "It lasts too long: at most {limit} seconds.")
TOO_LARGE = Kind("sound_too_large", "The file is too large: at most {limit} MB.")
MANY = Kind("sound_many", "There are {limit} sounds already. Remove those that nothing uses.")
NAME = Kind("sound_name", "There is a sound “{name}” already. Give this one another name.")
IN_USE = Kind("sound_in_use", "“{name}” is played in calls of {where}. Choose something else there first.")
UNKNOWN = Kind("sound_unknown", "There is no sound “{name}” any more. Choose another one, or the voice.")
LANGUAGE = Kind("sound_language", "“{name}” is spoken in another language ({language}).")
PROMPT = Kind("sound_prompt", "“{prompt}” is nothing that a call says.")
