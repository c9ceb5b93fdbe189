"""How conversations come to people, as it is set up: judged, with what is missing named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateway.admin.browsers import Browser, code


async def test_business_that_set_nothing_picks_from_the_queue(anna: Browser) -> None:
    told = await anna.get("routing")
    assert told["version"] == 0
    assert told["value"]["rules"]["everybody"]["mode"] == "pick"
    assert told["value"]["rules"]["offer_seconds"] == 30


async def test_rules_are_kept_and_noted(anna: Browser) -> None:
    wanted = {"rules": {"everybody": {"mode": "offer", "widen": [10, 20]}, "offer_seconds": 45, "chat": 50}}
    status, changed = await anna.ask("PUT", "routing", {"version": 0, "value": wanted})
    assert status == 200
    rules = changed["value"]["rules"]
    assert (rules["everybody"]["mode"], rules["everybody"]["widen"], rules["chat"]) == ("offer", [10, 20], 50)
    assert (await anna.get("routing"))["value"]["rules"] == rules
    assert await anna.audit() == [("Anna", "added", "routing")]


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"everybody": {"skills": {"none": 2}}}, "rules.everybody.skills"),
        ({"everybody": {"overflow": "none"}}, "rules.everybody.overflow"),
        ({"everybody": {"widen": [60, 30]}}, "rules.everybody.widen"),
        ({"everybody": {"widen": [30, 30]}}, "rules.everybody.widen"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_field(anna: Browser, rules: dict[str, Any], field: str) -> None:
    refused = await anna.ask("PUT", "routing", {"version": 0, "value": {"rules": rules}})
    assert code(refused) == (422, "invalid") and refused[1]["field"] == field


@pytest.mark.parametrize(
    "rules",
    [
        {"offer_seconds": 1}, {"chat": 0}, {"weight": 0}, {"everybody": {"mode": "push"}}, {"ofer_seconds": 30},
        {"everybody": {"widen": [1, 2, 3, 4, 5, 6]}}, {"everybody": {"mod": "offer"}},
    ],
)  # fmt: skip
async def test_what_no_rule_says_is_refused(anna: Browser, rules: dict[str, Any]) -> None:
    refused = await anna.ask("PUT", "routing", {"version": 0, "value": {"rules": rules}})
    assert code(refused) == (422, "invalid")


async def test_team_and_skill_have_rules_of_their_own(anna: Browser) -> None:
    _, skill = await anna.ask("POST", "skills", {"name": "Fibre", "rules": {"language": "ru", "strict": True}})
    assert skill["value"]["rules"] == {"language": "ru", "channel": "", "strict": True}
    _, second = await anna.ask("POST", "teams", {"name": "Second line"})
    rules = {"mode": "auto_accept", "skills": {skill["id"]: 4}, "overflow": second["id"], "overflow_after": 40}
    status, team = await anna.ask("POST", "teams", {"name": "Lines", "rules": rules})
    assert status == 201 and rules.items() <= team["value"]["rules"].items()
    gone = await anna.ask("POST", "teams", {"name": "Others", "rules": {"skills": {"none": 1}}})
    assert code(gone) == (422, "invalid") and gone[1]["field"] == "rules.skills"
