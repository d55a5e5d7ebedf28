"""Go's linters, coverage services, secret scanners, stylelint, and files that list what is ignored."""

from collections.abc import Iterator

from pytest_agentcompliance.parsing.checks_config import data, facts
from pytest_agentcompliance.parsing.checks_config.record import Fact
from pytest_agentcompliance.parsing.yaml_nodes import Node, Scalar, Sequence

_MOST = 3000


def golangci(page: Node) -> Iterator[Fact]:
    linters = data.at(page, "linters")
    yield from facts.off("golangci", "disable", data.at(linters, "disable"))
    yield from facts.on("golangci", "enable", data.texts(data.at(linters, "enable")))
    yield from facts.flag("golangci", linters, "disable-all", good=False)
    yield from facts.flag("golangci", linters, "enable-all")
    for holder in (data.at(page, "issues"), data.at(linters, "exclusions")):
        for key in ("exclude-dirs", "exclude-files", "paths"):
            yield from facts.left_out("golangci", "exclude", data.at(holder, key))
        for key in ("exclude", "presets"):
            yield from facts.off("golangci", key, data.at(holder, key))
        for key in ("exclude-rules", "rules"):
            rules = data.at(holder, key)
            for one in rules.items if isinstance(rules, Sequence) else ():
                parts = [f"{name.text}={' '.join(text.text for text in _texts(value))}" for name, value in data.items(one)]
                said = ", ".join(sorted(parts))[:200]
                path = data.at(one, "path")
                lists_tests = isinstance(path, Scalar) and "_test" in path.text
                yield Fact("golangci", f"exclude-rules {said}", -1, f"exclude-rules: {said}", one.line, style=lists_tests)
    run = data.at(page, "run")
    yield from facts.flag("golangci", run, "tests", default=1)
    for key in ("skip-dirs", "skip-files"):
        yield from facts.left_out("golangci", "exclude", data.at(run, key))


def _texts(node: Node | None) -> list[Scalar]:
    return [node] if isinstance(node, Scalar) else data.texts(node)


def codecov(page: Node) -> Iterator[Fact]:
    for kind in ("project", "patch", "changes"):
        status = data.at(page, "coverage", "status", kind)
        if isinstance(status, Scalar) and data.truth(status) is False:
            yield Fact("codecov", f"status {kind}", -1, f"{kind}: off", status.line)
        for name, one in data.items(status):
            yield from facts.floor("codecov", f"{kind} target of {name.text}", data.at(one, "target"))
            yield from facts.limit("codecov", f"{kind} threshold of {name.text}", data.at(one, "threshold"))
            informational = data.at(one, "informational")
            if informational is not None and data.truth(informational):
                said = f"{kind} {name.text}: informational"
                yield Fact("codecov", f"informational {kind} {name.text}", -1, said, informational.line)
    yield from facts.left_out("codecov", "ignore", data.at(page, "ignore"))


def sonar(page: Node) -> Iterator[Fact]:
    for key, value in data.items(page):
        if key.text in ("sonar.exclusions", "sonar.coverage.exclusions", "sonar.cpd.exclusions"):
            yield from facts.left_out("sonar", key.text, value)
        elif key.text == "sonar.qualitygate.wait":
            yield from facts.flag("sonar", page, key.text)


def gitleaks(page: Node) -> Iterator[Fact]:
    tables = [data.at(page, "allowlist")]
    for key in ("allowlists", "rules"):
        node = data.at(page, key)
        for one in node.items if isinstance(node, Sequence) else ():
            tables += [one, data.at(one, "allowlist")] if key == "allowlists" else [data.at(one, "allowlist")]
    for table in tables:
        for key in ("paths", "regexes", "commits", "stopwords"):
            for one in data.texts(data.at(table, key)):
                yield Fact("gitleaks", f"{key} {one.text}", -1, f"allowlist {key}: {one.text}", one.line)


def secrets_baseline(page: Node) -> Iterator[Fact]:
    for path, found in data.items(data.at(page, "results")):
        for one in (found.items if isinstance(found, Sequence) else ())[:_MOST]:
            digest, kind = data.at(one, "hashed_secret"), data.at(one, "type")
            if isinstance(digest, Scalar):
                what = kind.text if isinstance(kind, Scalar) else "secret"
                said = f"allowed: a {what} in {path.text}"
                yield Fact("detect-secrets", f"allowed {path.text} {digest.text}", -1, said, digest.line)


def stylelint(page: Node) -> Iterator[Fact]:
    for key, value in data.items(data.at(page, "rules")):
        if isinstance(value, Scalar) and value.text in ("null", "true", "false"):
            yield Fact("stylelint", key.text, -1 if value.text != "true" else 1, f"{key.text}: {value.text}", key.line)
    yield from facts.left_out("stylelint", "ignoreFiles", data.at(page, "ignoreFiles"))


def named_rules(page: Node, tool: str) -> Iterator[Fact]:
    """hadolint's and yamllint's files, and shellcheck's."""
    for key in ("ignored", "disable"):
        yield from facts.off(tool, key, data.at(page, key))
    for rule, value in data.items(data.at(page, "rules")):
        if isinstance(value, Scalar) and value.text in ("disable", "false"):
            yield Fact(tool, rule.text, -1, f"{rule.text}: {value.text}", rule.line)


def ignored(text: str, tool: str, *, style: bool = False) -> Iterator[Fact]:
    """A file that lists paths, one a line."""
    yield from facts.configured(tool, Scalar("", 1))
    for number, line in enumerate(text.split("\n")[:_MOST], 1):
        path = line.strip()
        if path and not path.startswith(("#", "!", ":")):
            yield from facts.left_out(tool, "ignore", Sequence((Scalar(path, number),), number), style=style)
