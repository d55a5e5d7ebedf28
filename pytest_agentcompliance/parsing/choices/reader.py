"""Which kinds of choices a changed file may take, and all that it takes. The rooms are opened when a file is one for them."""

import re
from collections.abc import Callable, Collection, Iterator

from pytest_agentcompliance.parsing import hints
from pytest_agentcompliance.parsing.choices import LONGEST, Choice, Kind
from pytest_agentcompliance.parsing.late import late

SMALL = 200  # characters of a file that can be over no bound
KINDS_READ: tuple[Kind, ...] = ("dependency", "service", "target", "package", "environment", "host", "schedule")

# What stands in a patch that may choose something of a kind.
CONTAINS: dict[Kind, tuple[bytes, ...]] = {
    "environment": (
        b"env",
        b"ENV",
        b"Env",
        b"onfig",
        b"Settings",
        rb"secrets\.",
        rb"vars\.",
        rb"\n\+[ \t]*[\"']?[A-Z_][A-Z0-9_]{2,}[\"']?[,: ]",
    ),
    "host": (b"://",),
    "service": (b"image:",),
    "schedule": (
        b"cron",
        b"Cron",
        b"chedule",
        b"Queue",
        b"Worker",
        b"periodic_task",
        b"add_job",
        rb"[*0-9] [*0-9/,-]+ [*0-9/,-]+ [*]",
        b"rate\\(",
    ),
}
# The names of files that are read whatever changed in them, widely: the rooms say it narrowly.
_NAMED: dict[Kind, str] = {
    "dependency": r"package\.json|composer\.json|pyproject\.toml|setup\.(?:py|cfg)|pipfile|go\.mod|cargo\.toml|gemfile"
                  r"|.*\.(?:txt|in)|pnpm-workspace\.yaml",
    "service": r".*compose.*|.*\.(?:tf|prisma|template)|(?:drizzle|sst)\.config.*",
    "target": r"package\.json|pyproject\.toml|setup\.cfg|go\.mod|cargo\.toml|[jt]sconfig.*|.*\.config\.\w+|\.swcrc|\.\w+-version"
              r"|\.nvmrc",
    "package": r"package\.json|project\.json|pyproject\.toml|setup\.py|go\.mod|cargo\.toml",
    "environment": r"(?:.*\.)?env(?:\..*)?|.*\.env\..*|(?:settings|config)\.py",
}  # fmt: skip
# Of YAML and JSON the files whose patches are searched: those that the rooms read, and a few more.
_YAML = late(
    r"(?i)compose|^\.git|^\.circleci|^\.buildkite|serverless|values|openapi|render|prometheus|conf|settings|env|k8s|kube|helm|manifests|pipelines"
    r"|app\.yaml|amplify|pulumi|chart|kustomization|template|sam|cloudformation|cfn|resources"
)
_JSON = late(r"(?i)vercel\.json|appsettings|conf|settings|env")
_PROSE = (
    ".md", ".mdx", ".txt", ".rst", ".adoc", ".jsonl", ".lock", ".snap", ".svg", ".csv", ".tsv", ".log", ".css", ".scss", ".map",
    ".tsbuildinfo", ".patch", ".diff", ".bak", ".backup", ".feature",
)  # fmt: skip
_CLOUD = late(
    r"(?i)(?:serverless|template|sam|cloudformation|cfn|resources)[^\n]{0,200}\.(?:ya?ml|json)$|(?:infra|infrastructure|stacks?|cdk|pulumi)/(?:[^/]+/){0,6}[^/]+\.ts$"
)


def _without_bounds(_text: str, _path: str) -> str:
    return ""


class Reader:
    """Reads files for the kinds that are wanted."""

    def __init__(self, kinds: Collection[Kind]) -> None:
        self._kinds = kinds
        self._named = {kind: re.compile(rf"(?i)(?:{pattern})") for kind, pattern in _NAMED.items() if kind in kinds}
        self.hints = {kind: hints.of(CONTAINS[kind], 0) for kind in kinds if kind in CONTAINS}

    def searched(self, path: str, kind: Kind) -> bool:
        """Whether the patch of a file is searched for what may choose something: most of a large change is prose and data."""
        low = path.lower()
        if kind == "service":
            return low.endswith((".yaml", ".yml"))
        if low.endswith((".yaml", ".yml")):
            return _YAML.search(path) is not None
        if low.endswith((".json", ".jsonc")):
            return _JSON.search(path) is not None
        return not low.endswith(_PROSE)

    def told_by(self, path: str) -> set[Kind]:
        """The kinds that a file may choose something of, by its name alone."""
        name = path.rpartition("/")[2]
        found = {kind for kind, pattern in self._named.items() if pattern.fullmatch(name)}
        return found | {"service"} if "service" in self._named and _CLOUD.search(path) else found

    def refusal(self, before: str, after: str, path: str, kinds: Collection[Kind]) -> str:
        """Which bound keeps a file from being read whole for what it chooses of these kinds; empty where none does."""
        if max(len(before), len(after)) <= SMALL or not (rooms := self._rooms(before, after, path, kinds)):
            return ""
        for text in (after, before):
            if len(text) > LONGEST:
                return f"it has {len(text):,} characters; more than {LONGEST:,} are not read for decisions"
            if why := next(filter(None, (refusal(text, path) for refusal in rooms)), ""):
                return why
        return ""

    def _rooms(self, before: str, after: str, path: str, kinds: Collection[Kind]) -> list[Callable[[str, str], str]]:
        """Of the rooms that read a file, what each says of its own bounds."""
        from pytest_agentcompliance.parsing.choices import dependencies, environment, hosts, packages, schedules, services, targets

        reads: dict[Kind, bool] = {
            "dependency": dependencies.is_for(path, after),
            "service": services.is_for(path) or services.is_compose(path, after),
            "target": bool(before) and targets.is_for(path),
            "package": not before and packages.is_for(path),
            "environment": environment.is_for(path, after),
            "host": hosts.is_for(path, after),
            "schedule": schedules.is_for(path, after),
        }
        own = {"dependency": dependencies.refusal, "service": services.refusal, "host": hosts.refusal}
        return [own.get(kind, _without_bounds) for kind in KINDS_READ if kind in kinds and reads[kind]]

    def taken(self, before: str, after: str, path: str, kinds: Collection[Kind]) -> Iterator[Choice]:
        """What a file chooses of these kinds at head and not at base."""
        if "dependency" in kinds:
            from pytest_agentcompliance.parsing.choices import dependencies

            if dependencies.is_for(path, after):
                yield from dependencies.taken(before, after, path, frozenset())
        if "service" in kinds:
            from pytest_agentcompliance.parsing.choices import services

            if services.is_for(path) or services.is_compose(path, after):
                yield from services.taken(before, after, path)
        if "target" in kinds and before:
            from pytest_agentcompliance.parsing.choices import targets

            if targets.is_for(path):
                yield from targets.taken(before, after, path)
        if "package" in kinds and not before:
            from pytest_agentcompliance.parsing.choices import packages

            if packages.is_for(path) and (one := packages.taken(after, path)):
                yield one
        yield from self._in_code(before, after, path, kinds)

    def _in_code(self, before: str, after: str, path: str, kinds: Collection[Kind]) -> Iterator[Choice]:
        if "environment" in kinds:
            from pytest_agentcompliance.parsing.choices import environment

            if environment.is_for(path, after):
                yield from environment.taken(before, after, path)
        if "host" in kinds:
            from pytest_agentcompliance.parsing.choices import hosts

            if hosts.is_for(path, after):
                yield from hosts.taken(before, after, path)
        if "schedule" in kinds:
            from pytest_agentcompliance.parsing.choices import schedules

            if schedules.is_for(path, after):
                yield from schedules.taken(before, after, path)
