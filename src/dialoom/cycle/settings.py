"""What a cycle is asked to do: given as options, or as a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dialoom.errors import RecipeError, UsageError
from dialoom.intents.variety import SOURCES
from dialoom.models.budget import Budget
from dialoom.problems import explain
from dialoom.yaml_file import read_yaml

FREE_ARMS = ("none", "class_weights", "duplicates", "eda")
"""The ways that cost nothing, beside which made lines are shown."""

# What alters no line and no figure, so that a cycle goes on after it was changed.
_NOT_CONTENT = {"out", "rounds", "embed_cache", "format", "budget"}
_FILES = ("data", "valid", "test", "taxonomy", "recipe", "embed_cache", "out")


class Settings(BaseModel):
    """A cycle, as `dialoom cycle` takes it."""

    model_config = ConfigDict(extra="forbid")

    data: str = Field(min_length=1, description="Real labelled data; its part `train` is learned from.")
    valid: str | None = Field(default=None, description="Real data to decide between rounds by.")
    test: str | None = Field(default=None, description="Real data for the report; left out, the part `test` of `data`.")
    out: str = Field(default="cycle", min_length=1, description="The folder of the cycle.")
    model: str | dict[str, Any] | None = Field(
        default="embedded", description="The model that writes, as in a recipe; null to make all without one."
    )
    recipe: str = Field(default="rare-utterances", description="A recipe with a node of the kind `utterances`.")
    taxonomy: str | None = Field(default=None, description="Says what intents mean, and which matter most.")
    embedder: str = Field(default="wordllama", description="What the classifier sees of texts.")
    embed_cache: str | None = Field(default=None, description="A folder to remember vectors in.")
    rounds: int = Field(default=3, ge=1, le=50, description="How many rounds at most.")
    per_intent: int = Field(default=45, ge=1, description="Made lines of one intent at most, all rounds together.")
    over: float | None = Field(
        default=None, ge=1, le=100, description="Candidates made for each line wanted; left out, the recipe's."
    )
    precision: float = Field(default=0.95, gt=0.5, lt=1, description="How much of what is kept is to be right.")
    intents: list[str] | None = Field(default=None, description="The rare intents; left out, those with few lines.")
    rare_below: int = Field(default=10, ge=0, description="Rare is an intent with fewer lines than this ...")
    rare_share: float = Field(default=0.5, ge=0, description="... or than this share of the median intent.")
    shares: dict[str, float] | None = Field(
        default=None, description="The share of each source of variety in the first round; left out, the recipe's."
    )
    arms: list[str] = Field(default_factory=lambda: list(FREE_ARMS), description="What made lines are compared with.")
    budget: Budget = Field(default_factory=Budget, description="The most that all rounds together may spend.")
    seeds: int = Field(default=5, ge=1, description="How many seeds the comparison on the test set is made with.")
    folds: int = Field(default=5, ge=2, description="Folds, where there is no validation data.")
    oos: list[str] = Field(default_factory=list, description="Intents that stand for out of scope.")
    format: str | None = Field(default=None, description="The data's format; left out, told by its content.")
    leave_shared: bool = Field(
        default=False,
        description="Lines of rare intents that stand in the validation or test data too are left out of the seeds, "
        "where they are refused otherwise.",
    )
    seed: int = Field(default=0, description="Another seed makes other lines.")

    def content(self) -> dict[str, Any]:
        """All that can alter a line or a figure."""
        return self.model_dump(mode="json", exclude=_NOT_CONTENT)


def read_settings(path: Path, changes: dict[str, Any] | None = None) -> Settings:
    """The settings in a YAML file; paths in it start at the file. `changes` go before what it says.

    Raises DataError for a file that cannot be read, RecipeError with file, line and field of all that is wrong.
    """
    data, lines = read_yaml(path, "'data' and 'out'")
    try:
        found = Settings.model_validate(data)
    except ValidationError as error:
        raise RecipeError(explain(error, Settings, (), lines)) from error
    beside = {name: _beside(path, value) for name in _FILES if isinstance(value := getattr(found, name), str)}
    return checked(found.model_copy(update=beside | (changes or {})))


def make_settings(fields: dict[str, Any]) -> Settings:
    """The settings of options. Raises UsageError."""
    try:
        return checked(Settings.model_validate(fields))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])).replace("_", "-")
        raise UsageError(f"--{where}: {first['msg']}") from error


def checked(settings: Settings) -> Settings:
    """The settings, where the names in them are known. Raises UnknownName and UsageError."""
    from dialoom.evaluation.intents import ARMS
    from dialoom.intents.embedders import EMBEDDERS

    EMBEDDERS.load(settings.embedder)
    for name in settings.arms:
        ARMS.load(name)
    for name in settings.shares or ():
        SOURCES.load(name)
    if settings.shares is not None and (
        min(settings.shares.values(), default=0) < 0 or not any(settings.shares.values())
    ):
        raise UsageError("shares are 0 or more, one above 0", remedy="such as {template: 0.5, free: 0.5}")
    return settings


def _beside(path: Path, value: str) -> str:
    """A path in the file, from where the file lies; what is not there stays as it is, as it may be a name."""
    location, sign, rest = value.partition("::")
    if "://" in location or Path(location).is_absolute():
        return value
    beside = path.parent / location
    plain = not Path(location).suffix and len(Path(location).parts) == 1
    return value if plain and not beside.exists() else f"{beside}{sign}{rest}"
