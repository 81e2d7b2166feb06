"""The names that packages offer: none of them is hidden by a module of the same name."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import import_module

import pytest

PACKAGES = ("dialoom.corpus", "dialoom.corpus.splits", "dialoom.corpus.card")


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_offers_is_no_module_of_its_own(package: str) -> None:
    offered = import_module(package)
    modules = {module.name for module in pkgutil.iter_modules(offered.__path__)}
    assert not modules & set(offered.__all__)


@pytest.mark.parametrize("package", PACKAGES)
def test_names_stay_what_they_are_after_all_modules_are_imported(package: str) -> None:
    code = (
        "import pkgutil, sys, types; from importlib import import_module\n"
        f"package = import_module({package!r})\n"
        "for module in pkgutil.iter_modules(package.__path__):\n"
        f"    import_module({package!r} + '.' + module.name)\n"
        "print([name for name in package.__all__ if isinstance(getattr(package, name), types.ModuleType)])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
