"""What each format is held to: its published schema, what its consumer's documentation adds, and how the consumer reads it."""

import gzip
import html.parser
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema

SCHEMAS = Path(__file__).parents[1] / "schemas"
# RFC 3986, appendix A, as far as its characters go: no blank, no bracket outside of a host, % only before two hex digits.
URI_SIGNS = re.compile(r"(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")

_formats = jsonschema.FormatChecker()


@_formats.checks("uri-reference")
def _is_reference(value: object) -> bool:
    return not isinstance(value, str) or URI_SIGNS.fullmatch(value) is not None


@_formats.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or (URI_SIGNS.fullmatch(value) is not None and SCHEME.match(value) is not None)


@cache
def _validator(file: str) -> Any:
    schema = json.loads((SCHEMAS / file).read_text("utf-8"))
    kind: Any = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
    kind.check_schema(schema)
    return kind(schema, format_checker=_formats)


def sarif(text: str) -> dict[str, Any]:
    """The document, which the OASIS schema and GitHub's rules (docs, SARIF support for code scanning) allow."""
    document: dict[str, Any] = json.loads(text)
    _validator("sarif-2.1.0.json").validate(document)
    assert len(gzip.compress(text.encode(), mtime=0)) <= 10_000_000
    assert document["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
    assert 1 <= len(document["runs"]) <= 20
    categories = [run["automationDetails"]["id"].rpartition("/")[0] for run in document["runs"]]
    assert all(categories)
    assert len(set(categories)) == len(categories)  # two runs of one category in a file are refused
    for run in document["runs"]:
        _run(run)
    return document


def _run(run: dict[str, Any]) -> None:
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert SEMANTIC.fullmatch(driver.get("semanticVersion", "1.0.0"))
    assert len(driver["rules"]) <= 25_000
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    for rule in driver["rules"]:
        assert rule["id"]
        assert 0 < len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] in ("note", "warning", "error")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert len(rule["properties"]["tags"]) <= 10
        for said in (rule["shortDescription"], rule["fullDescription"], rule["help"]):
            _plain_message(said["text"])
        assert elements(rule["help"]["markdown"]) <= {"p", "strong", "code", "em"}
    assert len(run["results"]) <= 25_000
    seen: dict[tuple[str, str, str], dict[str, Any]] = {}
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error")
        assert result["message"]["text"]
        _plain_message(result["message"]["text"])
        [location] = result["locations"]
        uri, line = location["physicalLocation"]["artifactLocation"]["uri"], location["physicalLocation"]["region"]["startLine"]
        assert uri
        assert not SCHEME.match(uri)
        assert not uri.startswith(("/", "./", "../"))
        assert unquote_to_bytes(uri)
        assert location["physicalLocation"]["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        assert line >= 1
        one = (result["ruleId"], uri, result["partialFingerprints"]["primaryLocationLineHash"])
        assert re.fullmatch(r"[0-9a-f]+:\d+", one[2])
        assert one not in seen  # of two that share it code scanning makes one alert
        seen[one] = result


def _plain_message(text: str) -> None:
    """Nothing is a link (3.11.6) or a placeholder (3.11.5)."""
    assert not re.search(r"\[[^\]]*\]\(", text)
    assert not re.search(r"\{\d+\}", text)


def gitlab(text: str) -> list[dict[str, Any]]:
    """The issues, each as GitLab's schema has it, with what its documentation asks for beside."""
    assert not text.startswith("\ufeff")
    issues: list[dict[str, Any]] = json.loads(text)
    assert isinstance(issues, list)
    for one in issues:
        _validator("gitlab-code-quality.json").validate(one)
        assert one["check_name"]
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["location"]["path"]
        assert not one["location"]["path"].startswith("./")
        assert one["location"]["lines"]["begin"] >= 1
    assert len({one["fingerprint"] for one in issues}) == len(issues)
    return issues


def rdjson(text: str) -> list[dict[str, Any]]:
    """The diagnostics, as reviewdog's schema has them, each with a place where it can be shown."""
    document = json.loads(text)
    _validator("rdjson.json").validate(document)
    diagnostics: list[dict[str, Any]] = document["diagnostics"]
    for one in diagnostics:
        assert one["message"]
        assert one["location"]["path"]
        assert one["location"]["range"]["start"]["line"] >= 1
        assert set(one) <= {"message", "location", "severity", "code"}
    return diagnostics


@dataclass(frozen=True)
class Annotation:
    """A workflow command as the runner reads it."""

    level: str
    message: str
    properties: dict[str, str] = field(default_factory=dict)


def unescaped(text: str) -> str:
    """A message as the runner takes it back: https://github.com/actions/runner, ActionCommand.cs."""
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def unescaped_property(text: str) -> str:
    return unescaped(text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ","))


def annotations(text: str) -> list[Annotation]:
    """The commands of a log, read line by line as the runner does; it takes a command behind blanks, and ##[ anywhere."""
    found = []
    for line in text.split("\n"):
        assert "##[" not in line
        assert "##vso[" not in line
        command = re.fullmatch(r"\s*::([^ :]+)(?: ([^:]*))?::(.*)", line)
        if command is None:
            assert not line.lstrip().startswith("::")
            continue
        pairs = [pair.partition("=") for pair in (command[2] or "").split(",") if pair]
        found.append(Annotation(command[1], unescaped(command[3]), {key: unescaped_property(value) for key, _, value in pairs}))
    return found


def github(text: str) -> list[Annotation]:
    """Annotations that GitHub shows: ten of a level at most, each of a size that it takes, and no other command."""
    found = annotations(text)
    for level in ("error", "warning", "notice"):
        assert len([one for one in found if one.level == level]) <= 10
    for one in found:
        assert one.level in ("error", "warning", "notice")
        assert set(one.properties) <= {"file", "line", "title"}
        assert 0 < len(one.properties["title"]) <= 255
        assert 0 < len(one.message.encode()) <= 65_536
        assert int(one.properties.get("line", 1)) >= 1
    return found


# What a page may have of our Markdown; whatever else is there, an audited text has made.
TAGS = frozenset(
    ("h2", "p", "strong", "b", "em", "code", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "sub")
)
VOID = frozenset(("br", "hr", "img", "input"))
# What GitHub and GitLab make links, mentions, labels and pictures of in a text that is not code.
REFERENCES = re.compile(
    r"""@\w | (?<![\w&])[#!&%~$^](?:\w|"|\{) | \w[#!~&%@]\w | \bGH-\d | \b[0-9a-f]{7,40}\b | https?:// | :// | \bwww\.
        | mailto:[^\s\u200b] | \S@\w | (?<!\w):[\w+-]+:(?!\w) | \[\w+:\S+\] | \[\[""",
    re.IGNORECASE | re.VERBOSE,
)


class Page(html.parser.HTMLParser):
    """The HTML that Markdown became: its elements, balanced, its text, and what of that is no code."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.prose: list[str] = []
        self.cells: list[int] = []
        self.attributes: set[str] = set()
        self.feed(source)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.cells.append(0)
        if tag in ("td", "th"):
            self.cells[-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "code" not in self.open:
            self.prose.append(data)


def rendered(markdown: str) -> str:
    """HTML by GitHub's own cmark, tags let through: what its sanitizer would take out must not be there at all."""
    cmark: Any = import_module("cmarkgfm")
    options: Any = import_module("cmarkgfm.cmark").Options
    made: str = cmark.github_flavored_markdown_to_html(markdown, options.CMARK_OPT_UNSAFE)
    return made


def page(text: str) -> Page:
    """Markdown as a page of GitHub's shows it: nothing but what we put there, and no text that a forge makes something of."""
    made = Page(rendered(text))
    assert made.seen <= TAGS, made.seen - TAGS
    assert made.attributes <= {"align"}
    assert len(set(made.cells)) <= 1  # a bar inside of a cell would make one more, or cut the row
    for part in made.prose:
        assert not (found := REFERENCES.search(part)), (found, part)
    # GitLab obeys a line of its own that begins with a slash.
    assert not re.search(r"^\s*/\w", text, re.MULTILINE)
    return made


def elements(markdown: str) -> set[str]:
    return Page(rendered(markdown)).seen


def markdown(text: str, most: int = 65_536) -> Page:
    """A comment: not too long, with its mark first, by which it is found again."""
    assert len(text) <= most
    assert re.match(r"<!-- agent-compliance: [^\n]*? -->\n", text)
    return page(text.partition("\n")[2])


def summary(text: str) -> Page:
    assert len(text.encode()) <= 1024 * 1024
    return markdown(text, most=1024 * 1024)


def junit(text: str) -> list[dict[str, list[str]]]:
    """The properties of each test case; without them the schema, which has none there, allows the whole."""
    root = ET.fromstring(text)
    schema = _xsd()
    found = []
    for case in root.iter("testcase"):
        held: dict[str, list[str]] = {}
        for properties in case.findall("properties"):
            schema.elements["properties"].validate(properties)
            for one in properties:
                held.setdefault(one.attrib["name"], []).append(one.attrib["value"])
            case.remove(properties)
        found.append(held)
    schema.validate(root)
    return found


@cache
def _xsd() -> Any:
    return import_module("xmlschema").XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def harmless(text: str) -> None:
    """Nothing moves a cursor, reorders or hides what stands beside it, and every byte can be written."""
    text.encode("utf-8")
    odd = {one for one in text if one != "\n" and not one.isprintable()}
    assert not odd, odd


def texts(value: Any) -> Iterator[str]:
    """Every text of a JSON document, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
