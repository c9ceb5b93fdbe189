"""The files of a project while a change is written into them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.content import is_test
from bot.content.changes.kinds import Json
from bot.content.editing import changed, plain, removed
from bot.content.project import Project
from bot.content.source import parsed


class Pages:
    """The YAML files of a project while a change is being written."""

    def __init__(self, project: Project) -> None:
        self._texts = project.texts()
        self.written: dict[str, str] = {}
        self._read: dict[str, dict[str, Json]] = {}

    def content(self) -> Iterator[tuple[str, dict[str, Json]]]:
        """Every content file with what it says."""
        for name in sorted(self._texts):
            if not is_test(name):
                yield name, self.says(name)

    def says(self, name: str) -> dict[str, Json]:
        """What the file says, as plain values; nothing where there is none."""
        if name not in self._read:
            found = plain(parsed(name, self._texts.get(name, "")))
            self._read[name] = dict(found) if isinstance(found, dict) else {}
        return self._read[name]

    def put(self, name: str, path: tuple[str, ...], value: Json) -> None:
        """Makes the file say ``value`` at ``path``."""
        found: Json = self.says(name)
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if found == value and found is not None:
            return
        self._write(name, changed(name, self._texts.get(name, ""), path, value))

    def drop(self, name: str, path: tuple[str, ...]) -> None:
        self._write(name, removed(name, self._texts.get(name, ""), path))

    def _write(self, name: str, text: str) -> None:
        if text != self._texts.get(name):
            self._texts[name] = self.written[name] = text
            self._read.pop(name, None)

    def with_section(self, section: str, *, new: str) -> str:
        """The first file that has the section; else the one where it shall begin."""
        found = [name for name, says in self.content() if says.get(section)]
        return found[0] if found else new

    def put_in(self, section: str, key: str, value: Json, *, new: str) -> None:
        """An entry of a section that is a mapping: where it stands, or in the first file that has the section."""
        place = next((name for name, says in self.content() if key in (says.get(section) or {})), "")
        self.put(place or self.with_section(section, new=new), (section, key), value)

    def drop_from(self, section: str, key: str) -> None:
        for name, says in list(self.content()):
            if key in (says.get(section) or {}):
                self.drop(name, (section, key))

    def edit_lists(self, section: str, edit: Callable[[list[Json]], list[Json]]) -> None:
        """Edits a section that is a list, in every file that has it."""
        for name, says in list(self.content()):
            if isinstance(says.get(section), list):
                self.put(name, (section,), edit(list(says[section])))

    def append(self, section: str, value: Json, *, new: str) -> None:
        """Adds to a section that is a list."""
        name = self.with_section(section, new=new)
        self.put(name, (section,), [*(self.says(name).get(section) or []), value])
