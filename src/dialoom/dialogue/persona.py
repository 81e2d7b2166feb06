"""Who speaks."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Persona(BaseModel):
    """A speaker: a name, and as much about them as is known. Further traits are kept as they come."""

    model_config = ConfigDict(extra="allow")

    name: str
    description: str | None = None
    age: int | None = None
    gender: str | None = None
    occupation: str | None = None
