"""Which kinds of choices a changed file may take, and all that it takes. The rooms are opened when a file is one for them."""

import re
from collections.abc import Collection, Iterator

from pytest_agentcompliance.parsing.choices import Choice, Kind

# What stands in a patch that may choose something of a kind.
CONTAINS: dict[Kind, tuple[bytes, ...]] = {
    "environment": (
        b"env",
        b"ENV",
        b"Env",
        b"onfig",
        rb"secrets\.",
        rb"vars\.",
        rb"\n\+[ \t]*[\"']?[A-Z_][A-Z0-9_]{2,}[\"']?[,: ]",
    ),
    "host": (b"https?://", b"wss?://", b"(?:postgres|mysql|mongodb|redis|amqp|nats|kafka|smtp|mqtt|grpc)[a-z+]*://"),
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
                  r"|.*\.(?:txt|in)",
    "service": r".*compose.*|.*\.(?:tf|prisma|ya?ml|template|json)|(?:drizzle|sst)\.config.*",
    "target": r"package\.json|pyproject\.toml|setup\.cfg|go\.mod|cargo\.toml|[jt]sconfig.*|.*\.config\.\w+|\.swcrc|\.\w+-version"
              r"|\.nvmrc",
    "package": r"package\.json|project\.json|pyproject\.toml|setup\.py|go\.mod|cargo\.toml",
    "environment": r"(?:.*\.)?env(?:\..*)?|.*\.env\..*",
}  # fmt: skip
_CLOUD = re.compile(r"(?:infra|infrastructure|stacks?|cdk|pulumi)/(?:[^/]+/){0,6}[^/]+\.ts$")


class Reader:
    """Reads files for the kinds that are wanted."""

    def __init__(self, kinds: Collection[Kind]) -> None:
        self._kinds = kinds
        self._named = {kind: re.compile(rf"(?i)(?:{pattern})") for kind, pattern in _NAMED.items() if kind in kinds}
        self.patterns = {kind: [re.compile(one) for one in CONTAINS[kind]] for kind in kinds if kind in CONTAINS}

    def told_by(self, path: str) -> set[Kind]:
        """The kinds that a file may choose something of, by its name alone."""
        name = path.rpartition("/")[2]
        found = {kind for kind, pattern in self._named.items() if pattern.fullmatch(name)}
        return found | {"service"} if "service" in self._named and _CLOUD.search(path) else found

    def taken(self, before: str, after: str, path: str, kinds: Collection[Kind]) -> Iterator[Choice]:
        """What a file chooses of these kinds at head and not at base."""
        if "dependency" in kinds:
            from pytest_agentcompliance.parsing.choices import dependencies

            if dependencies.is_manifest(path):
                yield from dependencies.taken(before, after, path, frozenset())
        if "service" in kinds:
            from pytest_agentcompliance.parsing.choices import services

            if services.is_for(path):
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

            if environment.is_for(path):
                yield from environment.taken(before, after, path)
        if "host" in kinds:
            from pytest_agentcompliance.parsing.choices import hosts

            if hosts.is_for(path):
                yield from hosts.taken(before, after, path)
        if "schedule" in kinds:
            from pytest_agentcompliance.parsing.choices import schedules

            if schedules.is_for(path):
                yield from schedules.taken(before, after, path)
