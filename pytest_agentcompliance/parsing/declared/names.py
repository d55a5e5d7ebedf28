"""By which names a choice is known: its own, stated aliases, and those of the table beside this file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from pytest_agentcompliance.parsing.choices import Choice
from pytest_agentcompliance.parsing.late import late

MOST = 40  # names of one choice
SHORTEST = 2
_VERSIONED = late(r"/v\d{1,3}$")
_CRON_WORDS = (
    "cron", "cron job", "cron jobs", "cronjob", "scheduled job", "scheduled task", "schedule", "scheduler", "nightly", "hourly",
    "daily", "weekly",
)  # fmt: skip


_QUEUE_WORDS = ("queue", "queues", "job queue", "BullMQ", "Bull", "worker", "workers")
_CI_WORDS = ("GitHub Actions", "GitLab CI", "CircleCI", "CI/CD", "CI workflow", "CI pipeline")
_EVERYWHERE = frozenset({
    "dockerfile", "containerfile", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml", "main.tf",
    "variables.tf", "outputs.tf", "nginx.conf", "ci.yml", "ci.yaml", "serverless.yml", "app.yaml",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Technology:
    """One line of the table: ``names`` as documents write them, ``of`` the packages, images, resources and hosts that are it."""

    family: str
    names: tuple[str, ...]
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """``plain`` count wherever they stand as words, ``proper`` only as written, ``marked`` only marked as code or alone."""

    plain: tuple[str, ...]
    proper: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.plain or self.proper or self.marked)


@dataclass(frozen=True, slots=True)
class _Table:
    technologies: tuple[Technology, ...]
    words: frozenset[str]
    scopes: frozenset[str]
    hosts: frozenset[str]
    by_member: dict[str, tuple[Technology, ...]]


def names_of(choice: Choice) -> Names:
    """The names that a document may give a choice by."""
    if choice.kind == "environment":
        return Names((), (choice.name, *_starred(choice.name)))
    if choice.kind == "schedule":
        return Names((), tuple(dict.fromkeys((choice.name, choice.name.rpartition(".")[2]))))
    if choice.kind == "folder":
        return Names((f"{choice.name}/",), (), (choice.name,))
    if choice.kind == "infrastructure":
        return Names((), tuple(_of_file(choice)))
    told = [name for one in technologies_of(choice) for name in one.names]
    return _sorted_out([*_own(choice), *told])


def roughly_of(choice: Choice) -> Names:
    """What a choice belongs to, without naming it: Redis of REDIS_URL, Docker of a Dockerfile, BullMQ of one queue."""
    if choice.kind == "schedule":
        return Names(("BullMQ", "Bull") if choice.family == "queue" else ("cron", "cron job", "cron jobs", "cronjob", "cronjobs"))
    if choice.kind == "infrastructure":
        told = [name for one in technologies_of(choice) for name in one.names]
        return _sorted_out([*told, *(_CI_WORDS if choice.what == "a workflow of the CI" else ())])
    if choice.kind != "environment":
        return Names(())
    parts = [part.lower() for part in choice.name.split("_") if len(part) >= 2 and part.lower() not in _EMPTY]
    return _sorted_out(name for part in parts for one in _table().by_member.get(part, ()) for name in one.names)


def job_words(choice: Choice) -> Names:
    """The words by which a story speaks of a schedule or a queue."""
    return Names(_QUEUE_WORDS if choice.family == "queue" else _CRON_WORDS)


def _of_file(choice: Choice) -> Iterator[str]:
    """The names of a file: its path, its end, and its name where that is one that few files have."""
    parts = choice.path.split("/")
    yield choice.name
    yield choice.path
    if len(parts) > 1:
        yield "/".join(parts[-2:])
    if parts[-1].lower() not in _EVERYWHERE:
        yield parts[-1]


def near_of(choice: Choice) -> Names:
    """What would be near a choice: others of its class, the class itself, the parts of its name."""
    families = {one.family for one in technologies_of(choice)} | ({choice.family} if choice.family else set())
    siblings = [name for one in _table().technologies if one.family in families for name in one.names]
    about_name = {"host": choice.name.split(".")[-2:-1], "environment": choice.name.split("_")[:1]}
    parts = [part for part in about_name.get(choice.kind, ()) if len(part) >= 4 and part.lower() not in _table().words | _EMPTY]
    found = _sorted_out([*sorted(families), *siblings, *parts])
    return Names(found.plain, found.proper, ())


# Parts of names that say nothing of what is named.
_EMPTY = frozenset({
    "access", "api", "app", "apps", "backend", "base", "bucket", "client", "compose", "count", "default", "docker", "enabled",
    "expires", "file", "frontend", "host", "http", "https", "key", "limit", "main", "max", "min", "mode", "name", "next",
    "node", "package", "packages", "password", "path", "plan", "plans", "port", "private", "project", "provider", "public",
    "rate", "react", "region", "repo", "root", "secret", "service", "services", "sharedgithub", "size", "stories", "story",
    "timeout", "token", "url", "user", "vite", "workflow", "workflows",
})  # fmt: skip


def technologies_of(choice: Choice) -> tuple[Technology, ...]:
    """The lines of the table that a choice is of."""
    found: list[Technology] = []
    table = _table()
    for name in (choice.name, *choice.aliases) if choice.kind != "environment" else ():
        key = name.lower()
        scope = f"{key.partition('/')[0]}/*" if key.startswith("@") else ""
        keys = [key, scope, _VERSIONED.sub("", key)]
        if choice.kind == "host":
            parts = key.split(".")
            keys += [".".join(parts[at:]) for at in range(1, len(parts) - 1)]
        for one in keys:
            found += table.by_member.get(one, ())
    return tuple(dict.fromkeys(found))


def _own(choice: Choice) -> Iterator[str]:
    yield choice.name
    yield from choice.aliases
    if choice.kind == "dependency":
        for name in (choice.name, *choice.aliases):
            yield from _of_package(name)
    elif choice.kind == "host":
        parts = choice.name.split(".")
        if len(parts) > 2:
            yield ".".join(parts[-2:])
        label = parts[-2] if len(parts) > 1 else ""
        if len(label) >= 4 and label not in _table().hosts:
            yield label


def _of_package(name: str) -> Iterator[str]:
    table = _table()
    if name.startswith("@") and "/" in name:
        scope, _, short = name[1:].partition("/")
        yield f"@{scope}/*"
        if short not in table.words and ("-" in short or len(short) >= 6):
            yield short
        if len(scope) >= 4 and scope not in table.scopes and scope != "types":
            yield scope
            yield f"@{scope}"
        if scope == "types":
            yield short
    elif "." in name.partition("/")[0] and "/" in name:  # a module of Go
        parts = _VERSIONED.sub("", name).split("/")
        yield "/".join(parts[1:])
        if len(parts[-1]) >= 4:
            yield parts[-1]


def _starred(name: str) -> Iterator[str]:
    """``R2_*`` for R2_BUCKET."""
    parts = name.split("_")
    for end in range(1, len(parts)):
        begin = "_".join(parts[:end])
        if len(begin) >= 2:
            yield f"{begin}_*"


def _sorted_out(names: Iterable[str]) -> Names:
    words = _table().words
    plain: list[str] = []
    proper: list[str] = []
    marked: list[str] = []
    for name in list(dict.fromkeys(one for one in names if len(one) >= SHORTEST))[:MOST]:
        if name.lower() not in words and len(name) > 2:
            plain.append(name)
        elif name != name.lower():
            proper.append(name)
        else:
            marked.append(name)
    return Names(tuple(plain), tuple(proper), tuple(marked))


# One technology: the table is read line by line, which takes a fiftieth of the time that YAML takes.
_LINE = r"^ +- \{family: ([^,]+), names: \[([^\]]*)\], of: \[([^\]]*)\]\}$"


def _items(listed: str) -> tuple[str, ...]:
    return tuple(item for one in listed.split(",") if (item := one.strip().strip("\"'")))


@lru_cache(maxsize=1)
def _table() -> _Table:
    text = files(__package__).joinpath("technologies.yaml").read_text(encoding="utf-8")
    all_of = tuple(Technology(one[1], _items(one[2]), _items(one[3])) for one in re.finditer(_LINE, text, re.MULTILINE))
    words = frozenset(text.partition("\nwords: >-\n")[2].partition("\n#")[0].split())
    scopes, hosts = (frozenset(_items(text.partition(f"\n{key}: [")[2].partition("]")[0])) for key in ("scopes", "hosts"))
    members: dict[str, tuple[Technology, ...]] = {}
    for technology in all_of:
        for member in (*technology.of, *technology.names):
            members[member.lower()] = (*members.get(member.lower(), ()), technology)
    return _Table(all_of, words, scopes, hosts, members)
