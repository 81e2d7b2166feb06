"""The pages on Python and on extending dialoom are run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import orjson
import pytest

from dialoom import Corpus
from tests.support.fault_server import FaultServer

DOCS = Path(__file__).parents[1] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def python(*arguments: str | Path, folder: Path, path: Path | None = None) -> str:
    """What a Python process prints that is started in a folder."""
    before = os.environ.get("PYTHONPATH")
    paths = [str(part) for part in (path, before) if part]
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("in_notebook", [False, True])
def test_the_page_on_python_runs(in_notebook: bool, tmp_path: Path) -> None:
    parts = blocks("python.md", "python")
    if in_notebook:
        # Each cell runs while a loop runs, as a notebook's kernel has it.
        cells = "\n".join(f"cells.append({part!r})" for part in parts)
        code = f"""
import asyncio, linecache
cells = []
{cells}
async def kernel():
    names = {{"__name__": "__main__"}}
    for number, cell in enumerate(cells):
        linecache.cache[f"<cell {{number}}>"] = (len(cell), None, cell.splitlines(True), f"<cell {{number}}>")
        exec(compile(cell, f"<cell {{number}}>", "exec"), names)
        await asyncio.sleep(0)
asyncio.run(kernel())
"""
    else:
        code = "\n".join(parts)
    with FaultServer() as server:
        code = code.replace('"embedded"', repr(server.url).replace("'", '"'))
        (tmp_path / "page.py").write_text(code, "utf-8")
        said = python("page.py", folder=tmp_path)
    assert "2 kept of 2" in said
    assert "2 rows, ['lost luggage', 'seat upgrade']" in said
    assert "Agent: I see: lost luggage: " in said


def test_a_node_of_another_package_in_ten_lines(tmp_path: Path) -> None:
    (code,), (project,), (recipe,) = (blocks("extending.md", name) for name in ("python", "toml", "yml"))
    lines = [line for line in code.splitlines() if line.strip()]
    assert len([line for line in lines if not line.startswith(("from", "import")) and '"""' not in line]) <= 10
    site = tmp_path / "site"
    install(site, tomllib.loads(project)["project"], {"loud.py": code})
    (tmp_path / "loud.yaml").write_text(recipe, "utf-8")
    dialoom = ("-m", "dialoom.cli.main")
    told = orjson.loads(python(*dialoom, "nodes", "shout", "--json", folder=tmp_path, path=site))
    assert told["shout"]["about"] == "Write a field in capitals."
    assert {"name": "of", "type": "text", "required": True, "default": None, "about": ""} in told["shout"]["fields"]
    assert "shout" in python(*dialoom, "nodes", folder=tmp_path, path=site)
    with FaultServer() as server:
        instead = ("--set", f"models.writer={server.url}")
        python(*dialoom, "run", "loud.yaml", *instead, "--out", "out", folder=tmp_path, path=site)
    (dialogue,) = Corpus.open(tmp_path / "out" / "corpus").dialogues()
    assert dialogue.turns[0].text == str(dialogue.fields["line"]).upper()


OTHERS = {
    "extra_model.py": """
from dialoom.models.backends.openai_compatible import OpenAICompatible

class Mine(OpenAICompatible):
    kind: str = "mine"

    @classmethod
    def from_name(cls, name):
        return cls(url=["http://" + name], model="m")
""",
    "extra_format.py": """
from dialoom.dialogue.formats import Format

def write(dialogues, path):
    texts = [dialogue.text() for dialogue in dialogues]
    path.write_text("|".join(texts), "utf-8")
    return len(texts)

FORMAT = Format("bars", "texts between bars", write=write, suffix=".txt")
""",
    "extra_metric.py": """
from dialoom.quality import Metric

METRIC = Metric("bangs", "number of exclamation marks", "int", lambda dialogue: dialogue.text().count("!"))
""",
}
POINTS = {
    "dialoom.models.backends": {"mine": "extra_model:Mine"},
    "dialoom.dialogue.formats": {"bars": "extra_format:FORMAT"},
    "dialoom.quality.metrics": {"bangs": "extra_metric:METRIC"},
}


def test_models_formats_and_metrics_of_another_package(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(site, {"name": "extra", "version": "1.0", "entry-points": POINTS}, OTHERS)
    dialoom = ("-m", "dialoom.cli.main")
    with FaultServer(answer="Well!") as server:
        address = server.url.removeprefix("http://")
        recipe = {
            "recipe": "extra",
            "models": {"writer": f"mine:{address}"},
            "source": [{"topic": "rain"}],
            "nodes": {
                "line": {"kind": "generate", "prompt": "{{ topic }}"},
                "dialogue": {"kind": "say", "turns": [{"Ann": "{{ line }}"}]},
            },
            "quality": {"rules": ["bangs = 1"]},
        }
        (tmp_path / "extra.yaml").write_bytes(orjson.dumps(recipe))
        python(*dialoom, "run", "extra.yaml", "--out", "out", folder=tmp_path, path=site)
    python(*dialoom, "export", "out", "--to", "bars", "--out", "text.txt", folder=tmp_path, path=site)
    assert (tmp_path / "text.txt").read_text("utf-8") == "Well!"


def install(site: Path, project: dict[str, object], files: dict[str, str]) -> None:
    """Lay a distribution down as an installer would, without building it."""
    site.mkdir()
    for name, text in files.items():
        (site / name).write_text(text, "utf-8")
    told = site / f"{project['name']}-{project['version']}.dist-info"
    told.mkdir()
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (told / "METADATA").write_text(head, "utf-8")
    points = project["entry-points"]
    assert isinstance(points, dict)
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {where}\n" for name, where in held.items())
        for group, held in points.items()
    ]
    (told / "entry_points.txt").write_text("\n".join(lines), "utf-8")
