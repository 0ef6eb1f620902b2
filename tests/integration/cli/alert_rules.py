#!/usr/bin/env python3
"""Every metric and label that docs/alerts.yaml names is one that a server tells.

    alert_rules.py BUILD-FOLDER
    alert_rules.py --self-test
"""
import re
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "demo"))
sys.dont_write_bytecode = True

import yaml  # noqa: E402
from data_folder import PATIENCE, DataFolder, Server  # noqa: E402

# Words of PromQL that stand where a metric's name could, and what Prometheus itself adds.
WORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "bool", "offset"}
PROMETHEUS_METRICS = {"up"}
PROMETHEUS_LABELS = {"instance", "job"}
# Values of labels beside those that the server told just now: statuses and reasons of errors.
ERRORS = set(re.findall(r"[\w-]+", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")))


def names_in(expression: str) -> tuple[set[str], set[tuple[str, str, str]], set[str]]:
    """The metrics, the labels as (metric, label, what it is compared with), and the labels that group."""
    metrics, labels, grouped = set(), set(), set()
    for group in re.finditer(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", expression):
        grouped |= {name.strip() for name in group.group(1).split(",")}
    bare = re.sub(r"\b(?:by|without|on|ignoring)\s*\([^)]*\)", " ", expression)
    for match in re.finditer(r"(?<![\w:])([a-zA-Z_:][\w:]*)\s*(\{([^}]*)\})?(\s*\()?", bare):
        name, matchers, call = match.group(1), match.group(3), match.group(4)
        if call or name in WORDS:
            continue
        if any(open_ < match.start() < close for open_, close in spans(bare)):
            continue
        metrics.add(name)
        for label, value in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', matchers or ""):
            labels.add((name, label, value))
    return metrics, labels, grouped


def spans(expression: str) -> list[tuple[int, int]]:
    """Where braces, brackets and texts are: nothing in them is a metric."""
    return [match.span() for match in re.finditer(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", expression)]


def told(scraped: str) -> dict[str, dict[str, set[str]]]:
    """{metric: {label: values}} of a text in Prometheus' format."""
    known: dict[str, dict[str, set[str]]] = {}
    for match in re.finditer(r"^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$", scraped, re.MULTILINE):
        labels = known.setdefault(match.group(1), {})
        for label, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(2) or ""):
            labels.setdefault(label, set()).add(value)
    return known


def wrong(rules: dict, scraped: str) -> list[str]:
    known = told(scraped)
    found = []
    names = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    found += [f"{name} stands twice" for name in set(names) if names.count(name) > 1]
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        unknown = set(rule) - {"alert", "expr", "for", "labels", "annotations"}
        found += [f"{rule['alert']}: {key} is no part of a rule" for key in unknown]
        if not rule.get("annotations", {}).get("summary"):
            found.append(f"{rule['alert']}: no summary")
        if not re.fullmatch(r"\d+[smhd]", rule.get("for", "0s")):
            found.append(f"{rule['alert']}: for: {rule['for']}")
        metrics, labels, grouped = names_in(rule["expr"])
        if not metrics:
            found.append(f"{rule['alert']}: no metric in {rule['expr']}")
        found += [f"{rule['alert']}: there is no metric {metric}" for metric in metrics - PROMETHEUS_METRICS if metric not in known]
        found += [f"{rule['alert']}: no metric has the label {label}" for label in grouped - PROMETHEUS_LABELS
                  if not any(label in known.get(metric, ()) for metric in metrics)]
        for metric, label, value in labels:
            if label in PROMETHEUS_LABELS or metric not in known:
                continue
            if label not in known[metric]:
                found.append(f"{rule['alert']}: {metric} has no label {label}")
            elif not all(any(one in values for values in (known[metric][label], ERRORS)) for one in value.split("|")):
                found.append(f"{rule['alert']}: {metric} has no {label} like {value}: {sorted(known[metric][label])}")
    return found


def self_test() -> int:
    scraped = '# HELP a_total x\n# TYPE a_total counter\na_total{kind="x y",of="b"} 1\nb 2.5\nc{le="+Inf"} 1\n'
    rule = {"alert": "A", "annotations": {"summary": "x"}}

    def found(expression: str, **more) -> str:
        return "\n".join(wrong({"groups": [{"rules": [rule | {"expr": expression} | more]}]}, scraped))

    good = ('sum by (instance, of) (rate(a_total{kind=~"x y|rate-limited"}[5m])) / b > 0.5', "b == 1 and on (instance) c", 'up{job="x"} == 0')
    for expression in good:
        assert not found(expression), found(expression)
    assert "no metric d" in found("rate(d[5m]) > 0")
    assert "no metric has the label gone" in found("sum by (gone) (a_total)")
    assert "no kind like z" in found('a_total{kind="z"} > 0')
    assert "no label gone" in found('a_total{gone="z"} > 0')
    assert "no part of a rule" in found("b", fro="1m")
    assert "for:" in found("b", **{"for": "soon"})
    return 0


def main() -> int:
    if sys.argv[1] == "--self-test":
        return self_test()
    rules = yaml.safe_load((ROOT / "docs" / "alerts.yaml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = DataFolder(Path(sys.argv[1]).resolve(), folder / "data")
        data.make()
        data.make_key(folder / "key", "--tenant", "demo", "--label", "alerts", "--scope", "timestamp")
        # Some numbers are there only when what they count has happened: a request, and a timestamp that was rejected.
        server = Server(data, folder / "rakkand.log")
        try:
            key = (folder / "key").read_text().strip()
            ask(server.url + "/tsa", b"x", {"Authorization": f"Bearer {key}", "Content-Type": "application/timestamp-query"})
            ask(server.url + "/v1/keys", None, {})
            scraped = ask(f"http://127.0.0.1:{server.metrics_port}/metrics", None, {})
        finally:
            ended = server.stop()
    found = wrong(rules, scraped)
    print("\n".join(found) or f"{sum(len(group['rules']) for group in rules['groups'])} alerts hold")
    return 1 if found or ended != 0 else 0


def ask(url: str, body: bytes | None, headers: dict) -> str:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers), timeout=PATIENCE) as answer:
            return answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as refused:
        return refused.read().decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
