"""The form of a task in YAML or JSON, from which its published JSON schema is made. ``read`` takes other spellings as well."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Percent = Annotated[float, Field(gt=0, le=100)]


class Gates(BaseModel):
    """The least coverage that is asked for, in per cent."""

    model_config = ConfigDict(extra="allow", frozen=True)

    unit: Percent = Field(description="Of unit tests.")
    integration: Percent = Field(description="Of integration tests.")


class TaskForm(BaseModel):
    """What a delegated task carries."""

    model_config = ConfigDict(extra="allow", frozen=True, title="Delegated task")

    id: Text = Field(description="The id of the task, such as TRD-C201.", max_length=200)
    description: Text = Field(description="What is to be done.")
    strategy: Literal["tdd", "characterization", "test-after", "bug-fix", "refactor", "flexible"] = Field(
        description="In which order tests and code are written."
    )
    quality_gates: Gates
    non_goals: list[Text] = Field(description="What is not to be done: globs, paths, names, sentences. An empty list: nothing.")
    known_risks: list[Text] = Field(description="What may go wrong. An empty list: nothing that is known.")


def schema() -> dict[str, Any]:
    """The JSON schema as it is published in docs/schemas/task.schema.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **TaskForm.model_json_schema()}
