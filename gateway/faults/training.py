"""Why a training failed where the content's files are not at fault."""

from __future__ import annotations

from gateway.faults import Kind

TOO_LONG = Kind("training_too_long", "Training took longer than {seconds} s and was stopped.")
BROKE = Kind("training_broke", "The training process ended with code {status}: {said}")
DIED = Kind("training_died", "The training process ended with code {status} and wrote nothing.")
FAILED = Kind("training_failed", "{said}")
FEW_INTENTS = Kind(
    "training_few_intents",
    "At least two intents with examples are needed; add a second intent to the training data.",
)
FEW_EXAMPLES = Kind(
    "training_few_examples",
    "Too few examples to measure anything; give every intent at least five, better twenty.",
)
TOO_LARGE = Kind(
    "training_too_large",
    "{intents} intents with {examples} examples are more than one bot can learn. "
    "Merge intents that are answered alike, or take out examples.",
)
