"""The gate of a run: rules, the best of each seed, and quotas, decided as records come to their end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from dialoom.dialogue import Dialogue
from dialoom.quality._column import known
from dialoom.quality.gate.best_of import Member, best_of
from dialoom.quality.gate.quotas import Quotas
from dialoom.quality.gate.settings import Quota
from dialoom.quality.rules import Rules, Verdict
from dialoom.quality.score import Score


class Gate:
    """Says of each record whether it is kept.

    What it says by quota or group depends on what came before, so records have to come in the order of their seeds, and
    all of a seed in one call.

    Args:
        rules: what every record has to meet.
        score: of the best of each seed; None where there is no such choice.
        keep: how many of each seed are kept.
        quotas: how many of each value are kept.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        score: Score | None = None,
        keep: int = 1,
        quotas: Mapping[str, Quota] | None = None,
    ) -> None:
        self._rules = rules
        self._score = score
        self._keep = keep
        self._quotas = Quotas(quotas) if quotas else None
        self._of_seed: defaultdict[str | None, list[Member]] = defaultdict(list)

    @property
    def in_order(self) -> bool:
        """Whether it depends on the order of the records."""
        return self._score is not None or self._quotas is not None

    def note(self, kept: Iterable[Dialogue], is_open: Callable[[str | None], bool]) -> None:
        """Take in what an earlier, interrupted run has kept, which stands.

        Args:
            is_open: whether other records of a seed are still to come.
        """
        for dialogue in kept:
            if self._quotas is not None:
                self._quotas.note(self._quotas.read(dialogue))
            if self._score is not None and is_open(dialogue.lineage.seed):
                (score,) = self._score.of([dialogue])
                self._of_seed[dialogue.lineage.seed].append(Member(score, _order(dialogue), kept_before=True))

    def judge(self, dialogues: Sequence[Dialogue]) -> list[Verdict]:
        """A verdict for each record, in order."""
        verdicts = self._rules.judge(dialogues)
        if self._score is not None:
            self._choose(self._score, dialogues, verdicts)
        if self._quotas is not None:
            for place, dialogue in enumerate(dialogues):
                if verdicts[place].kept:
                    reason = self._quotas.take(self._quotas.read(dialogue))
                    if reason is not None:
                        verdicts[place] = _turned_down(verdicts[place], reason)
        return verdicts

    def _choose(self, score: Score, dialogues: Sequence[Dialogue], verdicts: list[Verdict]) -> None:
        good = [place for place, verdict in enumerate(verdicts) if verdict.kept]
        groups: defaultdict[str | None, list[int]] = defaultdict(list)
        members: dict[int, Member] = {}
        for place, number in zip(good, score.of([dialogues[place] for place in good]), strict=True):
            dialogue = dialogues[place]
            groups[dialogue.lineage.seed].append(place)
            members[place] = Member(number, _order(dialogue))
            tags = {column.name: known(column, dialogue) for column in score.columns if "." not in column.name}
            told = {name: value for name, value in tags.items() if value is not None}
            verdicts[place] = replace(verdicts[place], tags=verdicts[place].tags | told)
        for seed, places in groups.items():
            before = self._of_seed.pop(seed, [])
            reasons = best_of([*before, *(members[place] for place in places)], self._keep)[len(before) :]
            for place, reason in zip(places, reasons, strict=True):
                if reason is not None:
                    verdicts[place] = _turned_down(verdicts[place], reason)


def _order(dialogue: Dialogue) -> tuple[object, ...]:
    return dialogue.lineage.position, dialogue.id


def _turned_down(verdict: Verdict, reason: str) -> Verdict:
    return replace(verdict, kept=False, reasons=[*verdict.reasons, reason])
