"""What a pass of routing costs: ``python -m benchmarks.routing [--quick] [--json]``.

A call centre for three businesses with ten teams each and five skills, half of its operators shared. ``assign_ms``: one pass
over 2,000 waiting and 200 operators, all of whom are free, so that each gets an offer (the worst case); ``assign_busy_ms``:
where nobody is. ``growth.*``: how much longer a pass takes with twice as many waiting, operators, or both; beside each of
them the smaller one, in turn. ``sort_ms``: only putting the queue in order, which no routing can spare; ``ratios``: to that.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks.report import arguments, report, say
from handoff.routing import MINUTE, SECOND, Desk, Operator, Seat, Team, Waiting, assign, urgency

NOW = 10_000 * MINUTE
BUSINESSES = ("north", "south", "west")
TEAMS = tuple(f"team{number}" for number in range(10))
SKILLS = ("ru", "en", "fibre", "mobile", "billing")
WAITING, OPERATORS = 2_000, 200


def main() -> None:
    """The command line."""
    options = arguments(__doc__.splitlines()[0] if __doc__ else "").parse_args()
    rounds = 5 if options.quick else 25
    desks = _desks()
    usual = (_queue(WAITING), _people(OPERATORS, load=0))
    busy = (_queue(WAITING), _people(OPERATORS, load=100))
    sides: dict[str, Callable[[], object]] = {
        "sort": lambda: sorted(usual[0], key=lambda one: (-urgency(desks[one.business], one, NOW), one.since, one.id)),
        "assign": _pass(*usual, desks),
        "busy": _pass(*busy, desks),
        "waiting": _pass(_queue(2 * WAITING), usual[1], desks),
        "operators": _pass(usual[0], _people(2 * OPERATORS, load=0), desks),
        "both": _pass(_queue(2 * WAITING), _people(2 * OPERATORS, load=0), desks),
    }
    made = assign(*usual, desks, NOW)
    say(f"{len(made.offers)} offers, {len(made.kept)} kept; {rounds} rounds, all sides in turn …")
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            began = time.perf_counter()
            side()
            times[name].append((time.perf_counter() - began) * 1000)
    medians = {name: statistics.median(values) for name, values in times.items()}
    figures = {
        "assign_ms": medians["assign"],
        "assign_busy_ms": medians["busy"],
        "sort_ms": medians["sort"],
        "offers": float(len(made.offers)),
    }
    ratios = {
        "assign_over_sort": medians["assign"] / medians["sort"],
        "growth.waiting_2x": medians["waiting"] / medians["assign"],
        "growth.operators_2x": medians["operators"] / medians["assign"],
        "growth.both_2x": medians["both"] / medians["assign"],
    }
    report(figures, ratios, as_json=options.json)


def _pass(queue: list[Waiting], people: list[Operator], desks: Mapping[str, Desk]) -> Callable[[], object]:
    return lambda: assign(queue, people, desks, NOW)


def _desks() -> dict[str, Desk]:
    dice = random.Random(1)
    teams = {"": Team()} | {
        name: Team(skills={dice.choice(SKILLS): dice.randint(1, 3)}, overflow=dice.choice(("", *TEAMS)))
        for name in TEAMS
    }
    return {business: Desk(teams=teams, weight=100 + 50 * number) for number, business in enumerate(BUSINESSES)}


def _queue(many: int) -> list[Waiting]:
    dice = random.Random(2)
    return [
        Waiting(
            id=f"c{number:05}", business=dice.choice(BUSINESSES), since=NOW - dice.randint(0, 600) * SECOND,
            team=dice.choice(("", *TEAMS)), channel=dice.choice(("webchat", "webchat", "telegram", "voice")),
            priority=dice.choice((0, 0, 0, 1, 2)), skills={dice.choice(("ru", "en")): 1},
            knew=f"o{dice.randint(0, 2 * OPERATORS):03}",
            passed={f"o{dice.randint(0, OPERATORS):03}": NOW - 10 * SECOND} if dice.random() < 0.2 else {},
        )
        for number in range(many)
    ]  # fmt: skip


def _people(many: int, *, load: int) -> list[Operator]:
    dice = random.Random(3)
    people = []
    for number in range(many):
        places = BUSINESSES if number % 2 else (dice.choice(BUSINESSES),)
        seat = Seat(
            teams=frozenset(dice.sample(TEAMS, 3)), levels={skill: dice.randint(1, 5) for skill in dice.sample(SKILLS, 4)},
            load=load // len(places),
        )  # fmt: skip
        people.append(
            Operator(id=f"o{number:03}", seats=dict.fromkeys(places, seat), load=load, idle_since=NOW - number * SECOND)
        )
    return people


if __name__ == "__main__":
    main()
