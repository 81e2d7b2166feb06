"""Telemetry that raises: the run goes on without it, and says so once."""

from __future__ import annotations

from pathlib import Path

import pytest

import dialoom
from dialoom.engine.view import NoView
from dialoom.models.observer import Ended
from tests.engine.support import left_in, lines, write
from tests.engine.test_outage import Said
from tests.support.fault_server import FaultServer


class Broken(NoView):
    """Telemetry that raises wherever it is told to."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.told: list[str] = []

    def _tell(self, what: str) -> None:
        self.told.append(what)
        if what == self.where:
            raise KeyError("lost its collector")

    def start(self, report: dialoom.Report, meter: object) -> None:
        self._tell("start")

    def begun(self) -> None:
        self._tell("begun")

    def ended(self, call: Ended) -> None:
        self._tell("ended")

    def stop(self, report: dialoom.Report, meter: object) -> None:
        self._tell("stop")


@pytest.mark.parametrize("where", ["start", "begun", "ended", "stop"])
def test_telemetry_that_raises_is_switched_off(tmp_path: Path, server: FaultServer, where: str) -> None:
    broken, said = Broken(where), Said()
    recipe = dialoom.load_recipe(write(tmp_path / "recipe.yaml", lines(server, 20)))
    report = dialoom.run(recipe, tmp_path / "run", view=said, telemetry=broken)
    assert (report.status, report.counts.kept, report.counts.failed) == ("finished", 20, 0)
    assert said.messages == ["telemetry is switched off, as it raised KeyError: 'lost its collector'"]
    assert broken.told[-1] == where
    assert broken.told.count(where) == 1
    left = left_in(tmp_path / "run")
    assert left.add_up()
    assert left.report["calls"] == 20
