"""What selected and ignored codes come to: whether a linter that works by prefixes still looks for something."""

from collections.abc import Iterable, Iterator, Mapping

from pytest_agentcompliance.parsing.checks_config.record import Fact

Facts = Mapping[tuple[str, str], Fact]
TOOLS = ("ruff", "flake8")
_DEFAULT = {"ruff": (), "flake8": ("E", "F", "W", "C90")}
_MOST = 400


def is_code(one: Fact) -> bool:
    return one.tool in TOOLS and one.name.startswith(("select ", "ignore ", "per-file "))


def loosened(tool: str, before: Facts, after: Facts) -> Iterator[tuple[Fact | None, Fact | None]]:
    """What was looked for at base, and is not at head: the setting that did it at base, and the one at head."""
    if not any(key[0] == tool for key in before) or not any(key[0] == tool for key in after):
        return
    old, new = _Side(tool, before), _Side(tool, after)
    told: set[str] = set()
    for code in sorted({*old.selected, *new.ignored} - {"ALL"})[:_MOST]:
        if old.on(code) and not new.on(code) and not any(code.startswith(one) for one in told):
            told.add(code)
            yield old.reason(code), new.ignored.get(code) or new.covering(code)
    if "ALL" in old.selected and "ALL" not in new.selected:
        yield old.selected["ALL"], None
    for (glob, code), one in new.per_file.items():
        if (glob, code) not in old.per_file and old.on(code) and not any(g == glob and code.startswith(c) for g, c in old.per_file):
            yield None, one


class _Side:
    def __init__(self, tool: str, facts: Facts) -> None:
        mine = [one for key, one in facts.items() if key[0] == tool]
        self.selected = {one.name[7:]: one for one in mine if one.name.startswith("select ")}
        self.ignored = {one.name[7:]: one for one in mine if one.name.startswith("ignore ")}
        self.per_file = {_glob(one.name): one for one in mine if one.name.startswith("per-file ")}
        self._default = () if self.selected else _DEFAULT[tool]

    def on(self, code: str) -> bool:
        """The longer prefix decides; between two of one length what is ignored."""
        return _longest(code, [*self.selected, *self._default]) > _longest(code, self.ignored)

    def covering(self, code: str) -> Fact | None:
        return next((one for prefix, one in self.ignored.items() if code.startswith(prefix)), None)

    def reason(self, code: str) -> Fact | None:
        found = [prefix for prefix in self.selected if code.startswith(prefix)]
        return self.selected[max(found, key=len)] if found else None


def _glob(name: str) -> tuple[str, str]:
    glob, _, code = name[9:].partition("\t")
    return glob, code


def _longest(code: str, prefixes: Iterable[str]) -> int:
    """How long the longest prefix of a code is, and -1 without one; ALL is the shortest."""
    return max((0 if one == "ALL" else len(one) for one in prefixes if one == "ALL" or code.startswith(one)), default=-1)
