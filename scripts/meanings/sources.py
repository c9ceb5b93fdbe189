"""What the table is made of: words with their vectors by GloVe, sentences of WordNet, and what an encoder makes of both."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LOOKED_UP = 100_000
"""English words by which Russian ones may be explained."""
ENCODED = 512
"""Dimensions of what the encoder gives."""
SHORTEST, LONGEST = 3, 12
"""Words of a sentence: as long as what customers write."""
_EXAMPLE = re.compile(r'"([^"]+)"')
_PARENTHESES = re.compile(r"\([^)]*\)")


def glove(path: Path) -> tuple[list[str], Array]:
    """The most frequent words, most frequent first, and their vectors."""
    found, vectors = [], []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            word, *numbers = line.rstrip("\n").split(" ")
            found.append(word)
            vectors.append(np.array(numbers, dtype=np.float64))
            if len(found) == LOOKED_UP:
                break
    return found, np.array(vectors)


def sentences(wordnet: Path, known: set[str]) -> list[list[str]]:
    """WordNet's definitions and examples of use, of known words alone, each once."""
    found = {
        tuple(words)
        for path in sorted(wordnet.glob("data.*"))
        for line in path.read_text("latin-1").splitlines()
        if not line.startswith("  ")
        for words in _parts(line.partition("| ")[2])
        if SHORTEST <= len(words) <= LONGEST and known.issuperset(words)
    }
    return [list(words) for words in sorted(found)]


def _parts(gloss: str) -> Iterator[list[str]]:
    for part in (*_EXAMPLE.findall(gloss), *re.split("[;:]", _EXAMPLE.sub("", gloss))):
        yield re.findall("[a-z]+", _PARENTHESES.sub("", part).lower().replace("'", ""))


def encoded(folder: Path, texts: Sequence[str]) -> Array:
    """Each text by the encoder that is installed in ``folder``, a row each, with their mean taken away."""
    with tempfile.TemporaryDirectory() as scratch:
        lines, out = Path(scratch, "lines"), Path(scratch, "out")
        lines.write_text("\n".join(texts), encoding="utf-8")
        script = Path(__file__).with_name("encode.mjs")
        subprocess.run(["node", str(script), str(folder), str(lines), str(out)], check=True)
        rows = np.fromfile(out, dtype=np.float32).reshape(len(texts), ENCODED).astype(np.float64)
    return rows - rows.mean(axis=0)
