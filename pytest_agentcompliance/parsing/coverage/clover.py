"""Clover's XML as Istanbul, phpunit and OpenClover write it."""

from pytest_agentcompliance.parsing.coverage.gathered import Entry, Gathered, whole


class Reader:
    """The files as they come: by ``path`` where they have one, else by ``name``."""

    def __init__(self, into: Gathered) -> None:
        self.into = into
        self.entry: Entry | None = None
        into.format = "Clover XML"

    def root(self, attributes: dict[str, str]) -> None:
        self.into.time(attributes.get("generated", ""))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "file":
            file = attributes.get("path") or attributes.get("name", "")
            self.entry = self.into.file(file) if file else None
        elif name == "line" and self.entry is not None and attributes.get("type") != "method":  # a method is no line that runs
            number, ways = whole(attributes.get("num", "")), [whole(attributes.get(key, "")) for key in ("truecount", "falsecount")]
            if "count" not in attributes:  # OpenClover says of a condition how often it went each way
                self.into.hit(self.entry, number, max(ways))
                ways = [sum(way > 0 for way in ways), sum(way == 0 for way in ways)]
            else:  # Istanbul says how many ways were taken, and how many were not
                self.into.hit(self.entry, number, whole(attributes["count"]))
            if attributes.get("type") == "cond":
                self.entry.branches[0] += ways[0]
                self.entry.branches[1] += sum(ways)
