"""JaCoCo's XML: packages, their source files, the instructions of each line."""

from pytest_agentcompliance.parsing.coverage.gathered import Entry, Gathered, whole


class Reader:
    """The source files as they come. Their names count from a root of sources that the report does not name."""

    def __init__(self, into: Gathered) -> None:
        self.into = into
        self.package = ""
        self.entry: Entry | None = None
        into.format = "JaCoCo XML"

    def root(self, attributes: dict[str, str]) -> None:
        pass

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sessioninfo":
            self.into.time(attributes.get("dump", ""))
        elif name == "package":
            self.package, self.entry = attributes.get("name", ""), None
        elif name == "sourcefile":
            file = attributes.get("name", "")
            self.entry = self.into.file(f"{self.package}/{file}" if self.package else file) if file else None
        elif name == "line" and self.entry is not None:
            self.into.hit(self.entry, whole(attributes.get("nr", "")), whole(attributes.get("ci", "")))
            missed, covered = (whole(attributes.get(key, "")) for key in ("mb", "cb"))
            self.entry.branches[0] += covered
            self.entry.branches[1] += missed + covered
