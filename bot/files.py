"""Names of files that the trainer and its process share."""

from __future__ import annotations

from pathlib import Path


def beside_of(target: Path, process: int) -> Path:
    """Where the training process writes before the target is replaced; left behind only if it was killed."""
    return target.with_name(f".{target.name}.{process}")
