"""axe-core in the page: what a person with a screen reader, or without good eyes, would stumble over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
_RUN = """async (root) => {
  const { violations } = await axe.run(root ?? document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) }));
}"""


def faults(page: Page, root: str | None = None) -> list[dict[str, Any]]:
    """The serious and critical faults of a page, or of what ``root`` selects. It runs beside the page's own policy, by
    the debugger's hand."""
    page.evaluate(SOURCE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(_RUN, root)
    return [one for one in found if one["impact"] in SERIOUS]


def assert_no_faults(page: Page, root: str | None = None) -> None:
    found = faults(page, root)
    assert found == [], "\n".join(f"{one['id']}: {one['help']}\n  {one['nodes'][:3]}" for one in found)
