"""One OpenAPI document, with the files that it refers to, into its operations."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.openapi import METHODS, Document, Operation, Parameter, Problem
from pytest_agentcompliance.parsing.openapi import servers as served
from pytest_agentcompliance.parsing.openapi.refs import Exhausted, Found, References
from pytest_agentcompliance.parsing.yaml_nodes import Mapping, Scalar, Sequence
from pytest_agentcompliance.place import Place

MOST_OPERATIONS = 10_000
MOST_PARAMETERS = 200  # of one operation
MOST_VALUES = 200  # of one parameter
MOST_PROBLEMS = 100
LONGEST = 1000  # characters of a path
_VERSION = re.compile(r"3\.\d+(?:\.\d+)?(?:-[\w.]+)?|2\.0")
_STATUS = re.compile(r"[1-5](?:\d\d|[xX][xX])")

Bases = tuple[tuple[str, str], ...]  # host and base path


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around an operation: its path, what the operations of that path share, and the servers of the document."""

    path: str
    parameters: tuple[Parameter, ...]
    servers: Bases
    document: Bases
    secured: bool  # whether the document asks of all operations that say nothing else


class Reader:
    """Reads one document; what it cannot read of it is a problem, and hides nothing else."""

    def __init__(self, path: str, text_of: Callable[[str], str | None]) -> None:
        self._path = path
        self._problems: dict[Problem, None] = {}
        self._refs = References(text_of, self._wrong)

    def document(self) -> Document | None:
        """None where the file is there and is no such document, or is not there at all."""
        operations: list[Operation] = []
        version = ""
        bases: tuple[str, ...] = ("",)
        try:
            root = self._refs.root(self._path)
            if root is None:
                return Document(self._path, "", problems=tuple(self._problems)) if self._problems else None
            top = Found(root, self._path)
            told = top.get("openapi") or top.get("swagger")
            if told is None or not _VERSION.fullmatch(told.text.strip()):
                return None
            version = told.text.strip()
            servers = served.swagger(top) if version == "2.0" else served.bases(top, self._refs)
            bases = tuple(dict.fromkeys(base for _, base in servers)) or ("",)
            for one in self._operations(top, servers or (("", ""),)):
                operations.append(one)
                if len(operations) >= MOST_OPERATIONS:
                    raise Exhausted
        except Exhausted:
            self._wrong(self._path, 1, f"it stands for more than is read; its first {len(operations):,} operations are")
        return Document(self._path, version, bases, tuple(operations), tuple(self._problems), tuple(self._refs.files))

    def _wrong(self, path: str, line: int, why: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems[Problem(Place(path, line), why)] = None

    def _operations(self, top: Found, servers: Bases) -> Iterator[Operation]:
        paths = self._refs.followed(top.get("paths"))
        if paths is None:
            return
        secured = self._secured(top, otherwise=False)
        seen: dict[str, int] = {}
        for key, value in paths.items():
            if key.text.startswith("x-") or key.text == "$ref":
                continue
            if not key.text.startswith("/") or len(key.text) > LONGEST:
                self._wrong(paths.path, key.line, f"{key.text[:100]} is no path: it does not begin with a slash")
                continue
            if key.text in seen:
                self._wrong(paths.path, key.line, f"{key.text[:100]} stands in line {seen[key.text]} as well")
            seen[key.text] = key.line
            yield from self._of_path(key.text, value, servers, secured=secured)

    def _of_path(self, path: str, item: Found, servers: Bases, *, secured: bool) -> Iterator[Operation]:
        """The operations of a path item: its own, and those of one that it refers to."""
        beside = self._refs.followed(item)
        holders = [item, beside] if beside is not None and beside.node is not item.node else [item]
        had: set[str] = set()
        for holder in holders:
            own = served.bases(holder, self._refs) or servers
            around = _Around(path, tuple(self._parameters(holder)), own, servers, secured)
            for key, value in holder.items():
                self._refs.spend()
                method = key.text.upper()
                if method not in METHODS or method in had:
                    continue
                had.add(method)
                found = self._refs.followed(value)
                if found is not None and isinstance(found.node, Mapping):
                    yield self._operation(method, Place(holder.path, key.line), found, around)

    def _operation(self, method: str, at: Place, found: Found, around: "_Around") -> Operation:
        servers = served.bases(found, self._refs) or around.servers
        hosts = {host for host, _ in around.document}
        parameters = {(one.name, one.where): one for one in (*around.parameters, *self._parameters(found))}
        answers = list(self._statuses(found))
        return Operation(
            method,
            around.path,
            tuple(dict.fromkeys(base + around.path for _, base in servers)),
            at,
            tuple(parameters.values())[:MOST_PARAMETERS],
            self._request(found, list(parameters.values())),
            frozenset(int(one) for one in answers if one.isdigit()),
            frozenset(int(one[0]) for one in answers if one[1:] == "XX"),
            default="DEFAULT" in answers,
            elsewhere=all(host and host not in hosts for host, _ in servers),
            secured=self._secured(found, otherwise=around.secured),
        )

    def _secured(self, holder: Found, *, otherwise: bool) -> bool:
        """Whether all ways that ``security`` lists ask for something; ``otherwise`` where it is not there."""
        listed = holder.get("security")
        if listed is None or not isinstance(listed.node, Sequence):
            return otherwise
        ways = [one.node for _, one in zip(range(MOST_PARAMETERS), listed.each(), strict=False)]
        return bool(ways) and all(isinstance(one, Mapping) and bool(one.items) for one in ways)

    def _parameters(self, holder: Found) -> Iterator[Parameter]:
        listed = self._refs.followed(holder.get("parameters"))
        for _, one in zip(range(MOST_PARAMETERS), listed.each() if listed is not None else (), strict=False):
            found = self._refs.followed(one)
            name = found.get("name") if found is not None else None
            where = found.get("in") if found is not None else None
            if found is None or name is None or where is None:
                continue
            values = self._refs.followed(found.get("enum") or self._schema(found, "enum"))
            listed_values = values.each() if values is not None else ()
            yield Parameter(name.text, where.text, tuple(v.text for _, v in zip(range(MOST_VALUES), listed_values, strict=False)))

    def _schema(self, holder: Found, key: str) -> Found | None:
        schema = self._refs.followed(holder.get("schema"))
        return schema.get(key) if schema is not None else None

    def _request(self, found: Found, parameters: list[Parameter]) -> str | None:
        body = self._refs.followed(found.get("requestBody"))
        if body is None:
            return "" if any(one.where in ("body", "formData") for one in parameters) else None
        content = body.get("content")
        for _, media in content.items() if content is not None else ():
            schema = media.get("schema")
            name = schema.get("$ref") if schema is not None else None
            return name.text.rpartition("/")[2].partition(".")[0] if name is not None else ""
        return ""

    def _statuses(self, found: Found) -> Iterator[str]:
        answers = self._refs.followed(found.get("responses"))
        for key, _ in answers.items() if answers is not None else ():
            self._refs.spend()
            if isinstance(key, Scalar) and (_STATUS.fullmatch(key.text) or key.text == "default"):
                yield key.text.upper()
