"""The page on quality tells of every metric, as the registry does."""

from __future__ import annotations

from pathlib import Path

from dialoom.quality import METRICS, Metric

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"


def _row(metric: Metric) -> str:
    needs = metric.needs
    extra = f", extra `{needs.extra}`" if needs else ""
    setting = f", `{needs.setting}`" if needs and needs.setting else ""
    return f"| `{metric.name}` | {metric.type} | {metric.about} | {metric.cost}{extra}{setting} | {metric.source} |"


def test_the_table_of_metrics_is_that_of_the_registry() -> None:
    table = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    known = [_row(METRICS.load(name)) for name in METRICS.names()]
    assert [line for line in known if line not in table] == []
    assert [line for line in table if line not in known] == []
