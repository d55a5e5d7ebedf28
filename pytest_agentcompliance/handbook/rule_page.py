"""The page of a rule: what it holds and why, its blind spots, parameters, examples, clauses and record."""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from pytest_agentcompliance import catalog
from pytest_agentcompliance.handbook import left, values
from pytest_agentcompliance.handbook.bound import Bound
from pytest_agentcompliance.handbook.kinds import kind
from pytest_agentcompliance.handbook.records import Record
from pytest_agentcompliance.handbook.records import section as record_section
from pytest_agentcompliance.reporters.account import RuleFact
from pytest_agentcompliance.reporters.markup import code, fence, plain, prose, table
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import RemedyKind

LANGUAGES = {".ts": "ts", ".tsx": "tsx", ".js": "js", ".jsx": "jsx", ".py": "python", ".sql": "sql", ".css": "css", ".html": "html"}
LANGUAGES |= {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".go": "go", ".rs": "rust", ".java": "java"}
MANY = 80  # characters of a default that still stand in a table
ROWS, COLUMNS = 30, 300  # what is shown of a file: one that is longer is in an example for its size
HOW = "How it judges"
WHAT: dict[RemedyKind, str] = {"fix": "Fix", "revert": "Revert", "ask-a-human": "Ask a human"}
KINDS = "../../reference/evidence.md"  # what each kind of evidence is
SECTION = re.compile(r"(Why|Blind spots):\s+")


def page(name: str, rule: type[Rule], clauses: Sequence[Bound], record: Record | None = None, profiles: str = "") -> str:
    """The page; ``profiles`` is the address of the folder of profile pages, where the page lies in one tree with them."""
    title, sections = _sections(rule)
    parts = [f"# {name}\n", f"{prose(title)}\n"]
    for heading, text in sections:
        parts.append((f"## {heading}\n\n" if heading else "") + f"{_begun(prose(text))}\n")
    remedy = rule.remedy
    parts.append(f"## What to do\n\n{WHAT[remedy.kind]}: {prose(remedy.text)}\n")
    parts.append(f"## What it reads\n\n{_evidence(rule, KINDS if profiles else '')}\n")
    parts.append(f"## Parameters\n\n{_parameters(rule)}")
    parts.append(f"## Clauses\n\n{_clauses(clauses, profiles)}")
    parts.append("## Examples\n\n" + "\n".join(_example(example) for example in rule.examples))
    if profiles:
        parts.append(f"## Record\n\n{record_section(record)}")
    return "\n".join(parts)


def fact(name: str) -> RuleFact:
    """What the rule of this name says of itself, for a report."""
    rule = catalog.find(name)
    title, sections = _sections(rule)
    told = dict(sections)
    return RuleFact(name, title, told.get("Why", ""), told.get("Blind spots", ""), tuple(sorted(rule.reads)))


def waiting(name: str, clauses: Sequence[Bound]) -> str:
    """The page of a rule that clauses wait for."""
    told = "This rule is not built yet. The clauses that wait for it are never said to be kept."
    return f"# {name}\n\n{told}\n\n## Clauses\n\n{_clauses(clauses, '')}"


def _sections(rule: type[Rule]) -> tuple[str, list[tuple[str, str]]]:
    """The docstring's title, and its other paragraphs, each under the heading that it begins with or under the last one.

    A paragraph that follows the reason and has no heading of its own tells how the rule judges.
    """
    first, _, rest = inspect.cleandoc(rule.__doc__ or "").partition("\n")
    found: list[tuple[str, str]] = []
    for paragraph in re.split(r"\n\s*\n", rest.strip()):
        opened = SECTION.match(paragraph)
        text = paragraph[opened.end() :] if opened else paragraph
        if opened or not found:
            found.append((opened[1] if opened else "", text))
        else:
            heading, before = found[-1]
            if heading == "Why":
                found.append((HOW, text))
            else:
                found[-1] = (heading, f"{before}\n\n{text}")
    return first, [(heading, text) for heading, text in found if text.strip()]


def _evidence(rule: type[Rule], kinds: str) -> str:
    also = sorted(rule.reads - rule.needs)
    told = f"Needed: {', '.join(sorted(rule.needs))}." if rule.needs else ""
    told += f" Read too, where there is one: {', '.join(also)}." if also else ""
    return (told + (f" [What these are]({kinds})." if kinds else "")).strip() if told else "Nothing."


def _begun(text: str) -> str:
    """A paragraph that followed a colon, now that it has a heading."""
    return text[:1].upper() + text[1:]


def _parameters(rule: type[Rule]) -> str:
    if not rule.model_fields:
        return "None.\n"
    schema = rule.model_json_schema()
    rows, long = [], []
    for word, field in rule.model_fields.items():
        about = schema["properties"][word]
        if field.is_required():
            default = "required"
        else:
            value = field.get_default(call_default_factory=True)
            default = code(values.shown(value))
            if len(default) > MANY:
                long.append((word, value))
                default = "below"
        rows.append((code(word), kind(about, schema.get("$defs", {})), default, prose(field.description or "")))
    text = table(("name", "type", "default", "what it is"), rows)
    for name, about in sorted(schema.get("$defs", {}).items()):
        if fields := about.get("properties"):  # a parameter that is a mapping with keys of its own
            text += f"\n{_spaced(name)}: {prose(str(about.get('description', '')))}\n\n"
            each = [_row(word, one, schema["$defs"]) for word, one in fields.items()]
            text += table(("key", "type", "default", "what it is"), each)
    return text + "".join(f"\nThe default of {code(word)}:\n\n{fence(values.lines({word: value}), 'yaml')}" for word, value in long)


def _row(word: str, about: Mapping[str, Any], defs: Mapping[str, Any]) -> tuple[str, str, str, str]:
    default = code(values.shown(about["default"])) if "default" in about else "required"
    return code(word), kind(about, defs), default, prose(str(about.get("description", "")))


def _spaced(name: str) -> str:
    """The name of a model as words: ``RequiredCall`` is a required call."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _clauses(clauses: Sequence[Bound], profiles: str) -> str:
    if not clauses:
        return "No profile of this installation binds it.\n"

    def named(one: Bound) -> str:
        return f"[{one.clause}]({profiles}/{one.profile}.md#{one.clause.lower()})" if profiles else one.clause

    def given(one: Bound) -> str:
        return ", ".join(code(word) for word in one.parameters) or "none"

    rows = [(named(one), plain(one.says), one.severity, one.profile, given(one)) for one in clauses]
    return table(("clause", "it says", "severity", "profile", "parameters it sets"), rows)


def _example(example: Example) -> str:
    parts = [f"### {prose(example.title)}\n"]
    if example.given:
        parts.append("With:\n\n" + fence(values.lines(example.given), "yaml"))
    parts += _files(example)
    if example.log_before is not None:
        parts.append("The log at base:\n\n" + fence(example.log_before, "markdown"))
    if example.log is not None:
        parts.append("The log:\n\n" + fence(example.log, "markdown"))
    parts += left.parts(example)
    if example.finds:
        parts.append(f"Finds: {', '.join(code(place) for place in example.finds)}\n")
    else:
        parts.append("Kept.\n")
    if example.styles:
        parts.append(f"Remarks on style: {', '.join(code(place) for place in example.styles)}\n")
    return "\n".join(parts)


def _files(example: Example) -> Iterator[str]:
    for path, text in example.before.items():
        stays = path in example.after or path in example.links or example.commits
        end = " and at head" if example.after.get(path) == text else "" if stays else " (deleted by the run)"
        yield f"{code(path)} at base{end}:\n\n" + _file(text, path)
    for path, text in example.after.items():
        if example.before.get(path) != text:
            yield f"{code(path)} at head:\n\n" + _file(text, path)
    for number, step in enumerate(example.commits, 1):
        for path, written in step.items():
            if written is None:
                yield f"Commit {number} deletes {code(path)}.\n"
            else:
                yield f"{code(path)} after commit {number}:\n\n" + _file(written, path)
    for path, target in example.links.items():
        yield f"{code(path)} at head is a symbolic link to {code(target)}.\n"


def _file(text: str, path: str) -> str:
    """The file as a block of code; of a long one its beginning, and how long it is."""
    rows = text.splitlines()
    long = len(rows) > ROWS or any(len(row) > COLUMNS for row in rows)
    if not long:
        return fence(text, _language(path))
    beginning = "\n".join(row[: COLUMNS // 4] for row in rows[:4])
    count = f"{len(rows):,} lines, {len(text):,} characters" if len(rows) > 1 else f"1 line, {len(text):,} characters"
    return f"{fence(beginning, _language(path))}\nThis is its beginning; it has {count}.\n"


def _language(path: str) -> str:
    return LANGUAGES.get(PurePosixPath(path).suffix.lower(), "")
