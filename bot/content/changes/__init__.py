"""What can be changed of a project from outside its files: intents, answers, forms, settings, tests. Pure.

Each change says what shall stand in the end; it is written into the files as their authors wrote them
(``bot.content.editing``). A change that leaves content which can't be used is refused by whoever judges the result.
"""

from __future__ import annotations

from bot.content.changes.kinds import (
    AnyChange,
    Question,
    RemoveForm,
    RemoveIntent,
    RemoveResponse,
    RenameIntent,
    SetForm,
    SetIntent,
    SetLead,
    SetResponse,
    SetSettings,
    SetTests,
)  # fmt: skip
from bot.content.changes.writing import changed_by

__all__ = [
    "AnyChange", "Question", "RemoveForm", "RemoveIntent", "RemoveResponse", "RenameIntent", "SetForm", "SetIntent", "SetLead",
    "SetResponse", "SetSettings", "SetTests", "changed_by",
]  # fmt: skip
