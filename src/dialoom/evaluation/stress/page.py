"""The report as a page to read: the figures, and the worst talks word for word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialoom.evaluation.agreement import Interval
from dialoom.evaluation.stress.judged import CHECKS, Judged
from dialoom.evaluation.stress.play import BOT
from dialoom.evaluation.stress.rates import Loss, rate
from dialoom.evaluation.stress.report import ALL, SOUND, Report

_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|~"})


def page(report: Report, worst: int = 10) -> str:
    """The report in Markdown."""
    return "\n".join([*_head(report), *_tables(report), *_brittle(report), *_worst(report, worst)]) + "\n"


def shown(interval: Interval, *, sign: bool = False) -> str:
    """A share in percent with its ends: `80% [62, 91]`; `-` where there is none."""
    if interval.value is None:
        return "-"
    value = f"{100 * interval.value:{'+' if sign else ''}.0f}%"
    if interval.low is None or interval.high is None:
        return value
    return f"{value} [{100 * interval.low:.0f}, {100 * interval.high:.0f}]"


def lost(each: Loss | None) -> str:
    """A loss in points: `+20 [5, 35]`; above 0 is worse than clean."""
    if each is None or each.loss.value is None:
        return "-"
    ends = (
        ""
        if each.loss.low is None or each.loss.high is None
        else f" [{100 * each.loss.low:.0f}, {100 * each.loss.high:.0f}]"
    )
    return f"{100 * each.loss.value:+.0f}{ends}"


def _head(report: Report) -> Iterable[str]:
    yield "# A bot under stress\n"
    requests = len({one.talk.request for one in report.judged})
    yield f"{len(report.judged)} dialogues of {requests} requests; the run is {report.status}."
    if report.unplayed:
        yield f"\n**{len(report.unplayed)} could not be played**: {_safe(report.unplayed[0][1])}"
    untold = [what for what, told in (("intents", report.tells.intent), ("slots", report.tells.slots)) if not told]
    if untold:
        yield f"\nThe bot tells no {' and no '.join(untold)}: what depends on it is judged by words, or not at all."
    if report.latency:
        times = ", ".join(f"{name} {value:.2f} s" for name, value in report.latency.items())
        yield f"\nAnswers took {times}."
    if report.answers_to_solve is not None:
        yield f"A request that was solved took {report.answers_to_solve:.1f} answers."
    if report.failures():
        yield "\nTalks that broke off: " + ", ".join(f"{many} {kind}" for kind, many in report.failures().items()) + "."


def _tables(report: Report) -> Iterable[str]:
    yield "\n## Checks\n"
    rows = [
        [
            name,
            CHECKS.load(name).about if name != SOUND else "every check below",
            shown(report.rate(name, report.judged).interval),
        ]
        for name in report.measures
    ]
    yield from _table(["check", "what", "pass [95%]"], rows)
    for what, groups in (("intent", report.by_intent), ("escalation", report.by_escalation)):
        yield f"\n## By {what}\n"
        yield from _table(
            [what, "dialogues", *report.measures],
            [
                [_safe(name), str(len(held)), *(shown(report.rate(each, held).interval) for each in report.measures)]
                for name, held in groups.items()
            ],
        )
    if report.by_slot:
        yield "\n## By slot\n"
        rows = []
        for name, outcomes in report.by_slot.items():
            hows = [outcome.how for _, outcome in outcomes]
            right = rate([outcome.right for _, outcome in outcomes]).interval
            rows.append(
                [_safe(name), shown(right), ", ".join(f"{hows.count(how)} {how}" for how in dict.fromkeys(hows))]
            )
        yield from _table(["slot", "right [95%]", "how"], rows)


def _brittle(report: Report) -> Iterable[str]:
    if not report.variants:
        return
    yield "\n## Brittleness\n"
    yield "Points lost from the clean request to the same one in a variant; above 0 is worse. Groups that lose nothing"
    yield "are left out.\n"
    losses = {variant: report.brittleness(variant) for variant in report.variants}
    groups = list(dict.fromkeys(group for each in losses.values() for group in each))
    rows = []
    for group in groups:
        for measure in dict.fromkeys(name for each in losses.values() for name in each.get(group, {})):
            told = [lost(losses[variant].get(group, {}).get(measure)) for variant in report.variants]
            if group == ALL or any(cell != "-" and not cell.startswith("+0") for cell in told):
                rows.append([_safe(group), measure, *told])
    yield from _table(["group", "check", *map(_safe, report.variants)], rows)


def _worst(report: Report, most: int) -> Iterable[str]:
    worst = report.worst(most)
    failing = sum(not one.sound for one in report.judged)
    if not worst:
        yield "\nNo talk fails a check."
        return
    yield f"\n## The worst {len(worst)} of {failing} that fail\n"
    for one in worst:
        yield from _read(one)


def _read(one: Judged) -> Iterable[str]:
    talk = one.talk
    yield f"### {_safe(talk.request)}, {_safe(talk.variant)}\n"
    takes = {True: "somebody has to take over", False: "nobody has to take over", None: "escalation not known"}
    yield f"Intent {_safe(talk.intent)} ({talk.expected['criticality']}); {takes[talk.demanded]}.\n"
    for name, why in one.faults.items():
        yield f"- **{name}**: {_safe(why)}"
    yield ""
    for turn in talk.dialogue.turns:
        told = turn.meta.get("bot", {})
        if turn.speaker == BOT and "heard" in told:
            yield f"> *(it was sent: {_safe(told['heard'])})*  "
        aside = [f"{name} {told[name]}" for name in ("failed", "intent", "escalated") if told.get(name)]
        aside += [f"{name}={value}" for name, value in told.get("slots", {}).items()]
        note = f" *({_safe(', '.join(aside))})*" if aside else ""
        yield f"> **{_safe(turn.speaker)}:** {_safe(turn.text) or '*(nothing)*'}{note}  "
    for text in talk.ended.get("repeated", ()):
        yield f"> *(said again, and left out: {_safe(text)})*  "
    yield ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _safe(text: str) -> str:
    """A text that no mark in it can turn into something else: what a bot answers may look like Markdown or HTML."""
    return " ".join(str(text).split()).translate(_SIGNS)
