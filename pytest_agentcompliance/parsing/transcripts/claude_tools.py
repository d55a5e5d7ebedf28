"""What a call of one of Claude Code's tools means."""

from collections.abc import Iterator, Mapping

from pytest_agentcompliance.parsing.transcripts.happened import Happened
from pytest_agentcompliance.parsing.transcripts.shell_edits import END
from pytest_agentcompliance.parsing.transcripts.texts import as_list, as_mapping, as_number, as_text

AT_ONCE = 2000  # lines that Read shows where no limit is asked for
PATHS = ("file_path", "path", "notebook_path")


def steps(name: str, given: Mapping[str, object], line: int) -> Iterator[Happened]:
    """The steps of one call: one for each edit of a MultiEdit, else one."""
    path = next((as_text(given[key]) for key in PATHS if as_text(given.get(key))), "")
    if name == "Bash" and as_text(given.get("command")):
        yield Happened("command", line, as_text(given["command"]), background=given.get("run_in_background") is True)
    elif name in ("Read", "NotebookRead") and path:
        yield Happened("read", line, path=path, lines=_lines(given))
    elif name == "Write" and path:
        yield Happened("edit", line, path=path, after=as_text(given.get("content")))
    elif name in ("Edit", "Update") and path:
        yield _edit(path, given, line)
    elif name == "MultiEdit" and path:
        edits = [as_mapping(one) for one in as_list(given.get("edits"))[:1000]]
        yield from (_edit(path, one, line) for one in edits)
        if not edits:
            yield Happened("edit", line, path=path)
    elif name == "NotebookEdit" and path:
        yield Happened("edit", line, path=path)
    else:
        yield Happened("call", line, name, arguments=given)


def _edit(path: str, given: Mapping[str, object], line: int) -> Happened:
    before, after = given.get("old_string"), given.get("new_string")
    if not isinstance(before, str) or not isinstance(after, str):
        return Happened("edit", line, path=path)
    if not before:  # this is how a file is made with Edit
        return Happened("edit", line, path=path, after=after)
    return Happened("edit", line, path=path, before=before, after=after, everywhere=given.get("replace_all") is True)


def _lines(given: Mapping[str, object]) -> tuple[int, int] | None:
    first, many = as_number(given.get("offset")), as_number(given.get("limit"))
    if first is None and many is None:
        return None
    first = max(first or 1, 1)
    return first, min(first + max(AT_ONCE if many is None else many, 1) - 1, END)


def lines_read(answer: object) -> tuple[int, int] | None:
    """The part of a file that was shown, where the answer says that it was not the whole."""
    file = as_mapping(as_mapping(answer).get("file"))
    first, many, total = (as_number(file.get(key)) for key in ("startLine", "numLines", "totalLines"))
    if first is None or many is None or total is None or (first <= 1 and many >= total):
        return None
    return max(first, 1), max(first + many - 1, 1)
