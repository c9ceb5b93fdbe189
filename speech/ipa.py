"""espeak-ng as what tells how words are pronounced: its library, else the program, which takes fifty times as long. Not for the event
loop: a bot's words are thousands."""

from __future__ import annotations

import ctypes
import ctypes.util
import subprocess
import threading
from collections.abc import Sequence
from ctypes import POINTER, byref, c_char_p, c_int, c_void_p
from functools import cache

from gateway.errors import SpeechUnavailable

PROGRAM = "espeak-ng"
LIBRARIES = (ctypes.util.find_library("espeak-ng"), "libespeak-ng.so.1")
_LONGEST = 30.0
"""Seconds for all that is asked of the program at once."""

# speak_lib.h of espeak-ng 1.50 and later.
_NO_SOUND, _DO_NOT_EXIT, _UTF_8, _IPA, _OK = 2, 0x8000, 1, 0x02, 0
_one_at_a_time = threading.Lock()
"""The library has one voice."""


def pronounced(texts: Sequence[str], voice: str, *, separator: str = "") -> list[str]:
    """Each text in the International Phonetic Alphabet. ``separator``: stands between sounds.

    Raises ``SpeechUnavailable``.
    """
    library = found()
    if library is None:
        return by_program(texts, voice, separator=separator)
    with _one_at_a_time:
        if library.espeak_SetVoiceByName(voice.encode()) != _OK:
            raise SpeechUnavailable(f"espeak-ng has no voice {voice!r}.")
        return [_told(library, text, separator) for text in texts]


def _told(library: ctypes.CDLL, text: str, separator: str) -> str:
    """The library tells clause after clause, and moves the pointer on."""
    kept = ctypes.create_string_buffer(" ".join(text.replace("\0", " ").split()).encode())
    at = c_void_p(ctypes.addressof(kept))
    mode = _IPA | (ord(separator) << 8 if separator else 0)
    clauses: list[str] = []
    while at.value:
        told: bytes = library.espeak_TextToPhonemes(byref(at), _UTF_8, mode) or b""
        clauses.append(told.decode(errors="replace").strip())
    return " ".join(filter(None, clauses))


@cache
def found() -> ctypes.CDLL | None:
    """The library, where there is one that works."""
    for name in filter(None, LIBRARIES):
        try:
            library = ctypes.CDLL(name)
            library.espeak_Initialize.argtypes = [c_int, c_int, c_char_p, c_int]
            library.espeak_SetVoiceByName.argtypes = [c_char_p]
            library.espeak_TextToPhonemes.argtypes = [POINTER(c_void_p), c_int, c_int]
            library.espeak_TextToPhonemes.restype = c_char_p
        except (OSError, AttributeError):
            continue
        if library.espeak_Initialize(_NO_SOUND, 0, None, _DO_NOT_EXIT) > 0:
            return library
    return None


def by_program(texts: Sequence[str], voice: str, *, separator: str = "") -> list[str]:
    """As ``pronounced``; single words may be stressed otherwise."""
    # Empty lines part texts; nothing of a text may look like one.
    asked = "\n\n".join(" ".join(text.split()) or "-" for text in texts)
    told = (PROGRAM, "-q", "-v", voice, "--ipa", *([f"--sep={separator}"] if separator else []), "--stdin")
    try:
        done = subprocess.run(told, input=asked.encode(), capture_output=True, timeout=_LONGEST, check=True)
    except FileNotFoundError as error:
        raise SpeechUnavailable("espeak-ng is not installed: apt install espeak-ng") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise SpeechUnavailable(f"espeak-ng tells no pronunciation in {voice!r}: {error}") from error
    lines = done.stdout.decode(errors="replace").split("\n")
    if len(texts) == 1:
        return [" ".join(line.strip() for line in lines if line.strip())]
    if len(lines) - 1 != len(texts):  # a text among them makes several lines: it is found by halves
        middle = len(texts) // 2
        return [
            *by_program(texts[:middle], voice, separator=separator),
            *by_program(texts[middle:], voice, separator=separator),
        ]
    return [line.strip() for line in lines[:-1]]
