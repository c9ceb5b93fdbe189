"""pocketsphinx: understands at once, with nothing to download, what its business's bot was taught. It is a start.

It carries an English model. With a business's phrases it has a language model of them, which makes it useful; for Russian
words it is told the English sounds that are nearest. What it was not told about it can't hear, and says so by a low
confidence. For real callers: Vosk, faster-whisper or a service.
"""

from __future__ import annotations

from speech.line import Patience
from speech.pool import Plan, Pool

LOCALES = ("en", "ru")


def sphinx(*, processes: int | None = None, streams: int = 3, idle: float = 300.0) -> Pool:
    """A ``gateway.ports.Recognizer``. ``streams``: speakers of one process, which takes one core; Russian needs hints."""
    plan = Plan(
        name="pocketsphinx", module="speech.sphinx.engine", streams=streams, idle=idle, patience=Patience(load=60.0)
    )
    if processes is not None:
        plan = Plan(
            name=plan.name, module=plan.module, streams=streams, idle=idle, processes=processes, patience=plan.patience
        )  # fmt: skip
    return Pool(plan)
