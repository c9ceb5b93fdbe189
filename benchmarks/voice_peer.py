"""pipecat beside us in ``benchmarks.voice``: in an environment of its own, which is made once, in the user's cache folder."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import say
from benchmarks.voice_caller import LOUD
from channels.voice.mixer import peak
from tests.support.voices import frames, speech

VERSION = "1.14.0"
PACKAGES = (f"pipecat-ai[silero]=={VERSION}", "psutil")
HANG_MS = 300
INSTALL_WITHIN = 600
SIDE = Path(__file__).with_name("voice_pipecat.py")
QUESTION = "How much is internet per month?"

Figures = dict[str, float]


def measure(calls: Sequence[int], seconds: float) -> Figures:
    """pipecat's figures at so many calls; none where it can't be installed or fails, which is said."""
    try:
        python = environment()
        with tempfile.NamedTemporaryFile(suffix=".raw") as sound:
            sound.write(question())
            sound.flush()
            figures: Figures = {}
            for many in calls:
                for turns in ("timeout", "model") if many == 1 else ("timeout",):
                    say(f"{many} calls, pipecat, turns by {turns} …")
                    figures |= of_pipecat(run(python, many, seconds, turns, sound.name), many, turns)
            return figures
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        said = getattr(error, "stderr", "") or str(error)
        say(f"pipecat isn't measured: {said.strip()[-400:]}")
        return {}


def of_pipecat(told: dict[str, Any], calls: int, turns: str) -> Figures:
    """``turns``: where pipecat's own model decides on them there is no hang that could be taken off."""
    waited = told["waited_ms"]
    if len(waited) < 2:
        say(f"pipecat answered {len(waited)} questions")
        return {}
    high = statistics.quantiles(waited, n=100, method="inclusive")[98]
    if turns == "model":
        return {
            f"pipecat_model_answer_ms_p50_{calls}": statistics.median(waited),
            f"pipecat_model_answer_ms_p99_{calls}": high,
        }
    found = {
        f"pipecat_first_audio_over_hang_ms_p50_{calls}": statistics.median(waited) - HANG_MS,
        f"pipecat_first_audio_over_hang_ms_p99_{calls}": high - HANG_MS,
        f"pipecat_core_pct_{calls}": told["core_pct"],
    }
    return found | ({f"pipecat_mib_per_call_{calls}": told["mib_per_call"]} if "mib_per_call" in told else {})


def run(python: Path, calls: int, seconds: float, turns: str, sound: str) -> dict[str, Any]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(python), str(SIDE), str(calls), str(seconds), turns, sound],
        env=ours, capture_output=True, text=True, check=True, timeout=120 + 3 * seconds,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def question() -> bytes:
    """Raw sound that is loud from its begin to its end."""
    spoken = frames(speech(QUESTION, "en-us"))
    loud = [number for number, frame in enumerate(spoken) if peak(frame) >= LOUD]
    return np.concatenate(spoken[loud[0] : loud[-1] + 1]).tobytes()


def environment() -> Path:
    """The Python of an environment that has pipecat."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "switchboard"
    folder = base / f"pipecat-{VERSION}-{sys.version_info.major}.{sys.version_info.minor}"
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        say(f"installing pipecat {VERSION} …")
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
            capture_output=True, text=True, check=True, timeout=INSTALL_WITHIN,
        )  # fmt: skip
        ready.touch()
    return python
