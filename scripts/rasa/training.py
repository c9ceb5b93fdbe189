"""Training a Rasa project, once for its content: the model is kept in the user's cache folder by a digest."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from scripts.rasa import building

KEPT = 12
"""Models that are kept; the ones unused the longest go first."""
CONFIG = "config.yml"
_SUFFIXES = (".yml", ".yaml")
_OTHERS = ("config", "domain", "endpoints", "credentials", "switchboard")
"""Files of a project that are no training data, by their names without suffix. ``switchboard`` is our own."""
_FOLDERS = ("tests", "models", "results", "domain")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")


class CannotTrain(Exception):
    """The end of what Rasa said."""


def environment(*, threads: int = 1) -> dict[str, str]:
    """For every process of Rasa: no telemetry, no cache of parts in the project, and no more threads than there are
    cores to spare."""
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_MAX_CACHE_SIZE": "0",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
    }
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return ours | quiet | dict.fromkeys(_THREADS, str(threads))


def files_of(project: Path) -> list[Path]:
    """What a model is trained from, in order."""
    return sorted([path for path in project.rglob("*") if _is_content(path.relative_to(project)) and path.is_file()])


def _is_content(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix in _SUFFIXES and not hidden and path.parts[0] not in ("tests", "models", "results")


def digest_of(project: Path) -> str:
    """Changes with any byte of the project's content, with Rasa's version and with any package beside it."""
    digest = hashlib.sha256(building.LOCK.read_bytes())
    for file in files_of(project):
        digest.update(f"{file.relative_to(project)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:24]


def data_of(project: Path) -> list[str]:
    """What Rasa is given as ``--data``: the project's own folder ``data``, else all that isn't something else."""
    if (project / "data").is_dir():
        return ["data"]
    return sorted(
        path.name
        for path in project.iterdir()
        if (path.is_file() and path.suffix in _SUFFIXES and path.stem not in _OTHERS)
        or (path.is_dir() and path.name not in _FOLDERS and any(p.suffix in _SUFFIXES for p in path.rglob("*")))
    )


def domain_of(project: Path) -> str:
    """The folder or the file of the domain."""
    return "domain" if (project / "domain").is_dir() else "domain.yml"


def trained(project: Path, say: Callable[[str], None] = print) -> Path:
    """The model of the project; trains where there is none. Raises ``CannotBuild`` or ``CannotTrain``."""
    folder = building.cache() / "rasa-models"
    model = folder / f"{digest_of(project)}.tar.gz"
    if not model.is_file():
        python = building.ensure(say)
        with building.only_one(model):
            if not model.is_file():
                _train(python, project, model, say)
                _forget_old(folder)
    os.utime(model)
    return model


def _train(python: Path, project: Path, model: Path, say: Callable[[str], None]) -> None:
    say(f"Training Rasa on {project.name} (once for this content; a minute or so) …")
    with tempfile.TemporaryDirectory(prefix="rasa-", dir=model.parent) as beside:
        command = [
            str(python), "-m", "rasa", "train", "--data", *data_of(project), "--domain", domain_of(project),
            "--config", CONFIG, "--out", beside, "--fixed-model-name", "model",
        ]  # fmt: skip
        run(command, project, on=lambda line: _tell(line, say))
        os.replace(Path(beside) / "model.tar.gz", model)
    say("The model is trained.")


def _tell(line: str, say: Callable[[str], None]) -> None:
    _, starts, component = line.partition("Starting to train component ")
    if starts:
        say("  " + component.strip().strip("'."))


def run(command: list[str], project: Path, *, on: Callable[[str], None]) -> list[str]:
    """Runs Rasa in the project and returns its lines. Raises ``CannotTrain`` with their end."""
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=project, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            on(line)
    if process.returncode:
        raise CannotTrain("\n".join(["Rasa could not do it:", *lines[-25:]]))
    return lines


def _forget_old(folder: Path) -> None:
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for model in models[KEPT:]:
        model.unlink(missing_ok=True)
        model.with_name(f"{model.name}.lock").unlink(missing_ok=True)
    for beside in folder.glob("rasa-*"):
        if beside.stat().st_mtime < folder.stat().st_mtime - 24 * 3600:
            shutil.rmtree(beside, ignore_errors=True)
