"""espeak-ng as what tells how words are pronounced. Runs the program: not for the event loop."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from gateway.errors import SpeechUnavailable

PROGRAM = "espeak-ng"
_LONGEST = 30.0
"""Seconds for all that is asked at once."""


def pronounced(texts: Sequence[str], voice: str, *, separator: str = "") -> list[str]:
    """Each text in the International Phonetic Alphabet. ``separator``: stands between sounds.

    Raises ``SpeechUnavailable``.
    """
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
            *pronounced(texts[:middle], voice, separator=separator),
            *pronounced(texts[middle:], voice, separator=separator),
        ]
    return [line.strip() for line in lines[:-1]]
