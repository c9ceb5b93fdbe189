"""Alert rules and the dashboard ask for figures that ``/metrics`` prints, by labels that they have, and say what to do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import yaml
from prometheus_client import REGISTRY, generate_latest

import gateway.metrics
from gateway.model.events.calls import LegEnd
from tests.deploy.files import DEPLOY, ROOT
from tests.support.servers import find_program

ALERTS = DEPLOY / "prometheus" / "alerts.yml"
DASHBOARD = DEPLOY / "grafana" / "switchboard.json"
OWN_LABELS = {"job", "instance", "le"}
"""Prometheus's own, and histograms'."""
FIGURE = re.compile(r"\b((?:switchboard|process|python)_\w+|up)\b(?=\s*[{)\[/>=\s]|$)(\{[^}]*\})?")
CHOICE = re.compile(r'(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"')
VALUES = {
    "why": set(get_args(LegEnd)),
    "result": {"sent", "retry", "uncertain", "dead", "ready"},
    "status": {"500", "503", "5.."},
    "engine": {"none"},
}
"""By label, those that an expression may ask for."""


def printed() -> dict[str, set[str]]:
    """Every name that ``/metrics`` has samples of, or will have, with its labels."""
    found: dict[str, set[str]] = {"up": set()}
    text = generate_latest().decode()
    labels = {
        name: set(one._labelnames)
        for one, names in REGISTRY._collector_to_names.items()
        if hasattr(one, "_labelnames")
        for name in names
    }
    for name, kind in re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE):
        own = labels.get(name, labels.get(name.removesuffix("_total"), set()))
        for ending in ("_bucket", "_sum", "_count") if kind == "histogram" else ("",):
            found[name + ending] = own
    return found


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        yield from group["rules"]


def panels() -> Iterator[dict[str, Any]]:
    yield from json.loads(DASHBOARD.read_text())["panels"]


def expressions() -> dict[str, str]:
    found = {rule["alert"]: rule["expr"] for rule in rules()}
    for panel in panels():
        for number, target in enumerate(panel.get("targets", ())):
            found[f"{panel['title']} {number}"] = target["expr"]
    return found


@pytest.mark.parametrize(("where", "expression"), expressions().items(), ids=expressions().keys())
def test_figures_and_labels_exist(where: str, expression: str) -> None:
    known = printed()
    figures = FIGURE.findall(expression)
    assert figures, f"{where} asks for nothing of ours"
    labels: set[str] = set()
    for name, chosen in figures:
        assert name in known, f"{name} isn't printed"
        labels |= known[name]
        for label, _, value in CHOICE.findall(chosen):
            assert label in known[name] | OWN_LABELS, f"{name} has no label {label}"
            assert label not in VALUES or set(value.split("|")) <= VALUES[label], f"{label} is never {value}"
    for group in re.findall(r"\bby \(([^)]*)\)", expression):
        assert {one.strip() for one in group.split(",")} <= labels | OWN_LABELS, group
    # A counter is read by how it grows.
    for name in re.findall(r"(?<![\w])(switchboard_\w+_total)\b", expression):
        assert re.search(rf"(rate|increase)\({name}", expression), name
    assert expression.count("(") == expression.count(")")


def test_every_figure_of_ours_is_on_the_dashboard() -> None:
    asked = " ".join(target["expr"] for panel in panels() for target in panel.get("targets", ()))
    ours = [one for one in vars(gateway.metrics).values() if hasattr(one, "_labelnames")]
    assert len(ours) > 15
    for one in ours:
        assert one._name in asked, f"{one._name} is on no panel"


def test_every_rule_says_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert len(rule["annotations"]["summary"]) > 20 and len(rule["annotations"]["description"]) > 60, rule["alert"]
        said = " ".join(rule["annotations"].values())
        grouped = {
            label.strip() for group in re.findall(r"\bby \(([^)]*)\)", rule["expr"]) for label in group.split(",")
        }
        for label in re.findall(r"\$labels\.(\w+)", said):  # one that was summed away would be empty
            assert label in grouped or (not grouped and label in OWN_LABELS), (rule["alert"], label)


def test_names_that_alerts_tell_of_are_ours() -> None:
    """Lines of the log and commands by which somebody looks further."""
    text = ALERTS.read_text()
    sources = "\n".join(one.read_text() for one in (ROOT / "gateway").rglob("*.py"))
    for line in ("request_failed", "turn_failed"):
        assert line in text and f'"{line}"' in sources
    assert set(re.findall(r"`switchboard (\w+)", text)) == {"doctor", "speech"}


def test_panels_stand_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
    for panel in panels():
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["type"] == "row" or (panel["description"] and panel["fieldConfig"]["defaults"]["unit"]), panel[
            "title"
        ]


SERIES = """
rule_files: [{alerts}]
evaluation_interval: 15s
tests:
  - name: a node that is gone is told, the others aren't
    interval: 15s
    input_series:
      - {{series: 'up{{job="switchboard", instance="one"}}', values: "1x4 0x20"}}
      - {{series: 'up{{job="switchboard", instance="two"}}', values: "1x24"}}
    alert_rule_test:
      - {{eval_time: 1m, alertname: SwitchboardNodeDown, exp_alerts: []}}
      - eval_time: 4m
        alertname: SwitchboardNodeDown
        exp_alerts: [{{exp_labels: {{severity: ticket, job: switchboard, instance: one}}, exp_annotations: {gone}}}]
      - {{eval_time: 4m, alertname: SwitchboardNoNodeUp, exp_alerts: []}}
  - name: a node that ends says 503 for some seconds, and that wakes nobody
    interval: 15s
    input_series:
      - {{series: 'switchboard_http_requests_total{{job="switchboard", instance="one", route="/readyz", status="503"}}', values: "0 9 18x1 _x40"}}
    alert_rule_test:
      - {{eval_time: 2m, alertname: SwitchboardCanNotStore, exp_alerts: []}}
      - {{eval_time: 5m, alertname: SwitchboardCanNotStore, exp_alerts: []}}
  - name: a database that stays away does
    interval: 15s
    input_series:
      - {{series: 'switchboard_http_requests_total{{job="switchboard", instance="one", route="/readyz", status="503"}}', values: "0+4x40"}}
    alert_rule_test:
      - eval_time: 8m
        alertname: SwitchboardCanNotStore
        exp_alerts: [{{exp_labels: {{severity: page, instance: one}}, exp_annotations: {away}}}]
  - name: puts off alone are told, puts off among sends are not
    interval: 1m
    input_series:
      - {{series: 'switchboard_deliveries_total{{job="switchboard", channel="telegram", result="retry"}}', values: "0+5x40"}}
      - {{series: 'switchboard_deliveries_total{{job="switchboard", channel="telegram", result="sent"}}', values: "0+1x15 15x25"}}
    alert_rule_test:
      - {{eval_time: 15m, alertname: SwitchboardDeliveriesHeld, exp_alerts: []}}
      - eval_time: 35m
        alertname: SwitchboardDeliveriesHeld
        exp_alerts: [{{exp_labels: {{severity: page, channel: telegram}}, exp_annotations: {held}}}]
"""


def annotations_of(alert: str, **labels: str) -> str:
    (rule,) = [rule for rule in rules() if rule["alert"] == alert]
    text = json.dumps(rule["annotations"])
    for name, value in labels.items():
        text = text.replace(f"{{{{ $labels.{name} }}}}", value)
    return text


def test_prometheus_takes_the_rules_and_they_tell_what_they_should(tmp_path: Any) -> None:
    program = find_program("promtool")
    for command, file in (("rules", ALERTS), ("config", ALERTS.with_name("prometheus.yml"))):
        done = subprocess.run([program, "check", command, file], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    told = tmp_path / "told.yml"
    told.write_text(SERIES.format(
        alerts=ALERTS, gone=annotations_of("SwitchboardNodeDown", instance="one"),
        away=annotations_of("SwitchboardCanNotStore", instance="one"),
        held=annotations_of("SwitchboardDeliveriesHeld", channel="telegram"),
    ))  # fmt: skip
    done = subprocess.run([program, "test", "rules", told], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
