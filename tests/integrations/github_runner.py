"""GitHub's runner as far as a composite action needs it: expressions, steps as shell, the files for outputs, commands in the log.

How it reads them is that of actions/runner: ActionCommand.cs, ActionCommandManager.cs, FileCommandManager.cs. Steps that use an
action of somebody else are noted with what they would be given, and not run.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
WORD = re.compile(r"\s*(?:'(?P<text>(?:[^']|'')*)'|(?P<sign>&&|\|\||==|!=|[!(),])|(?P<name>[A-Za-z_][\w.-]*)|(?P<number>\d+))")
REGISTERED = frozenset({
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "remove-matcher", "save-state",
    "set-env", "set-output", "stop-commands", "warning",
})  # fmt: skip


class Expression:
    """One expression over contexts. Operators give back an operand, as in JavaScript; strings are compared without their case."""

    def __init__(self, text: str, contexts: Mapping[str, Any]) -> None:
        self.contexts = contexts
        self.rest: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            found = WORD.match(text, at)
            assert found, f"{text[at:]!r} is no expression"
            kind = found.lastgroup or ""
            self.rest.append((kind, found[kind]))
            at = found.end()

    def value(self) -> Any:
        made = self._or()
        assert not self.rest, self.rest
        return made

    def _next(self, *words: str) -> str:
        if self.rest and self.rest[0][0] == "sign" and self.rest[0][1] in words:
            return self.rest.pop(0)[1]
        return ""

    def _or(self) -> Any:
        left = self._and()
        while self._next("||"):
            right = self._and()
            left = left if truth(left) else right
        return left

    def _and(self) -> Any:
        left = self._equal()
        while self._next("&&"):
            right = self._equal()
            left = right if truth(left) else left
        return left

    def _equal(self) -> Any:
        left = self._one()
        while sign := self._next("==", "!="):
            left = equal(left, self._one()) is (sign == "==")
        return left

    def _one(self) -> Any:
        if self._next("!"):
            return not truth(self._one())
        if self._next("("):
            made = self._or()
            assert self._next(")")
            return made
        kind, word = self.rest.pop(0)
        if kind == "text":
            return word.replace("''", "'")
        if kind == "number":
            return int(word)
        if self._next("("):
            assert word == "format", f"the function {word} is not known here"
            given = [self._or()]
            while self._next(","):
                given.append(self._or())
            assert self._next(")")
            return str(given[0]).format(*map(shown, given[1:]))
        if word in ("true", "false", "null"):
            return {"true": True, "false": False}.get(word)
        found: Any = self.contexts
        for name in word.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def truth(value: Any) -> bool:
    return value not in (None, False, 0, "")


def equal(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if type(left) is type(right):
        return bool(left == right)
    numbers = [0.0 if one in (None, "", False) else 1.0 if one is True else one for one in (left, right)]
    return all(isinstance(one, int | float) for one in numbers) and numbers[0] == numbers[1]


def shown(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    """A text with its ``${{ }}`` evaluated."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: shown(Expression(found[1], contexts).value()), text, flags=re.DOTALL)


@dataclass(frozen=True)
class Command:
    """A workflow command that the runner obeys."""

    name: str
    properties: Mapping[str, str]
    data: str


def obeyed(log: str) -> Iterator[Command]:
    """The commands of a log, in order. While they are stopped there is none but the word that lets them go on."""
    registered, stopped = set(REGISTERED), ""
    for line in re.split(r"\r\n|\r|\n", log):
        if not (one := _new(line, registered) or _old(line, registered)):
            continue
        if stopped:
            if one.name == stopped:
                registered.discard(stopped)
                stopped = ""
        elif one.name == "stop-commands":
            assert one.data not in ("", *registered), "the runner takes no such word"
            stopped = one.data.lower()
            registered.add(stopped)
        else:
            yield one
    assert not stopped, "commands were stopped and never let go on"


def _new(line: str, registered: set[str]) -> Command | None:
    found = re.match(r"::(.*?)::(.*)", line.lstrip(), re.DOTALL)
    return _command(found[1], found[2], ",", "%0D\r%0A\n%3A:%2C,%25%", registered) if found else None


def _old(line: str, registered: set[str]) -> Command | None:
    found = re.search(r"##\[(.*?)\](.*)", line, re.DOTALL)
    return _command(found[1], found[2], ";", "%3B;%0D\r%0A\n%5D]%25%", registered) if found else None


def _command(info: str, data: str, between: str, escapes: str, registered: set[str]) -> Command | None:
    name, _, rest = info.partition(" ")
    if name.lower() not in registered:
        return None

    def plain(text: str) -> str:
        for at in range(0, len(escapes), 4):
            text = text.replace(escapes[at : at + 3], escapes[at + 3])
        return text

    pairs = [one.partition("=") for one in rest.strip().split(between) if "=" in one]
    return Command(name.lower(), {key: plain(value) for key, _, value in pairs}, plain(data))


def outputs(text: str) -> dict[str, str]:
    """What a step wrote into ``GITHUB_OUTPUT``."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, value = re.match(r"(.*?)(=|<<)(.*)", line).groups()  # type: ignore[union-attr]
        if sign == "<<":
            held: list[str] = []
            while (held_line := next(lines)) != value:
                held.append(held_line)
            value = "\n".join(held)
        found[name] = value
    return found


@dataclass
class Step:
    """What became of a step. ``given`` is its environment, or what the action that it uses is given."""

    name: str
    ran: bool = False
    failed: bool = False
    log: str = ""
    summary: str = ""
    given: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def commands(self) -> list[Command]:
        return list(obeyed(self.log))


@dataclass
class Job:
    """What became of the action. ``failed`` is whether its step of the workflow failed."""

    steps: dict[str, Step]
    outputs: dict[str, str]

    @property
    def failed(self) -> bool:
        return any(step.failed for step in self.steps.values())

    @property
    def log(self) -> str:
        return "".join(step.log for step in self.steps.values())

    @property
    def annotations(self) -> list[Command]:
        return [one for step in self.steps.values() for one in step.commands]

    @property
    def summary(self) -> str:
        return "".join(step.summary for step in self.steps.values())


@dataclass(frozen=True)
class Runner:
    """A machine: the folder that it works in, the variables of the job, the folder of the action."""

    temp: Path
    workspace: Path
    environ: Mapping[str, str]
    action: Path = ROOT

    def run(self, event: str, payload: Mapping[str, Any], inputs: Mapping[str, str], **github: str) -> Job:
        """The action in a workflow that this event started."""
        context = {"event": payload, "event_name": event, "token": "", **github}
        contexts: dict[str, Any] = {"github": context, "steps": {}}
        contexts["inputs"] = {
            name: inputs.get(name, filled(str(one.get("default", "")), contexts)) for name, one in ACTION["inputs"].items()
        }
        assert inputs.keys() <= contexts["inputs"].keys()
        (self.temp / "event.json").write_text(json.dumps(payload))
        made: dict[str, Step] = {}
        for one in ACTION["runs"]["steps"]:
            step = made[one["name"]] = Step(one["name"])
            going = not any(before.failed for before in made.values())
            step.ran = going and truth(Expression(one.get("if", "true"), contexts).value())
            if step.ran:
                self._step(one, step, contexts, event, github)
            if "id" in one:
                contexts["steps"][one["id"]] = {"outputs": step.outputs}
        told = {name: filled(one["value"], contexts) for name, one in ACTION["outputs"].items()}
        return Job(made, told)

    def _step(self, one: Mapping[str, Any], step: Step, contexts: Mapping[str, Any], event: str, github: Mapping[str, str]) -> None:
        given = one.get("with" if "uses" in one else "env", {})
        step.given = {name: filled(shown(value), contexts) for name, value in given.items()}
        if "uses" in one:
            return
        assert one["shell"] == "bash"
        assert "${{" not in one["run"], "what an expression says would be code"
        script, output, summary = (self.temp / name for name in ("step.sh", "output", "summary"))
        script.write_text(one["run"])
        output.write_text("")
        summary.write_text("")
        known = {
            "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": event, "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTION_PATH": str(self.action), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace), "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            **{f"GITHUB_{name.upper()}": value for name, value in github.items() if name != "token"},
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)], cwd=self.workspace, check=False,
            env={**self.environ, **known, **step.given}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        step.log = done.stdout.decode("utf-8", "replace")
        step.failed = done.returncode != 0 and not one.get("continue-on-error")
        step.outputs, step.summary = outputs(output.read_text("utf-8")), summary.read_text("utf-8")
