"""Templates of bots that can't be trained, each for a reason of its own."""

from __future__ import annotations

from pathlib import Path

TEMPLATE = """\
locales = ["en", "ru"]
[names]
en = "{name}"
ru = "{name}"
[about]
en = "Can't be trained."
ru = "Обучить нельзя."
"""
LOST = {
    "domain.yml": "intents: [prices, hours]\n",
    "nlu.yml": "nlu:\n- intent: booking\n  examples: |\n    - book a table\n",
}
"""Examples of an intent that the domain doesn't have."""
GARBLED = {"domain.yml": "intents:\n\t- prices\n\t- hours\n"}
SINGLE = {"domain.yml": "intents: [prices]\nnlu:\n- intent: prices\n  examples: |\n    - what does it cost\n"}


def untrainable(folder: Path) -> Path:
    """Writes the templates ``lost``, ``garbled`` and ``single`` into a folder."""
    for name, files in (("lost", LOST), ("garbled", GARBLED), ("single", SINGLE)):
        for file, text in {"template.toml": TEMPLATE.format(name=name.title()), **files}.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / file).write_text(text, "utf-8")
    return folder
