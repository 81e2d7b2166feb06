"""Disks that misbehave: one that is slow, and one that is full until room is made."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks._machine import ROOT

_FOREVER = resource.RLIM_INFINITY


def slow_disk(folder: Path, *, write: float, flush: float) -> dict[str, str] | None:
    """The environment of a process whose disk is slow, by so many seconds a write or flush; None without a C compiler.

    Args:
        folder: where the library that does it is put.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not Path("/proc").exists():
        return None
    library = folder / "slow_disk.so"
    source = ROOT / "benchmarks" / "slow_disk.c"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    microseconds = {"SLOW_WRITE": f"{write * 1e6:.0f}", "SLOW_FLUSH": f"{flush * 1e6:.0f}"}
    return {"LD_PRELOAD": str(library)} | microseconds


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A folder that takes only so much.

    Attributes:
        largest: bytes that a file in it may have; None where it is a file system of its own.
    """

    folder: Path
    largest: int | None

    def limit(self, pid: int) -> None:
        """Bind a process to it that was just started."""
        if self.largest is not None:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (self.largest, _FOREVER))

    def make_room(self) -> None:
        """From now on it takes more than anyone needs; processes that were bound to it are not freed."""
        if self.largest is None:
            _mount("-o", "remount,size=1g", str(self.folder))


@contextmanager
def small_disk(folder: Path, whole: Path) -> Iterator[SmallDisk]:
    """A folder that takes half of what lies in another.

    It is a file system of its own in memory where this process may mount one, else bounds the size of each file.

    Args:
        folder: an empty folder.
        whole: what does not fit.
    """
    sizes = [file.stat().st_size for file in whole.rglob("*") if file.is_file()]
    if os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", f"size={sum(sizes) // 2}", "tmpfs", str(folder)):
        try:
            yield SmallDisk(folder, None)
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    else:
        yield SmallDisk(folder, max(sizes) // 2)


def _mount(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0
