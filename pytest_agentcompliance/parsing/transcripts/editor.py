"""The editor that several harnesses share, ``str_replace_editor``: what one of its commands reads or edits."""

from collections.abc import Mapping

from pytest_agentcompliance.parsing.transcripts.happened import Happened
from pytest_agentcompliance.parsing.transcripts.shell_edits import END
from pytest_agentcompliance.parsing.transcripts.texts import as_list, as_number, as_text

COMMANDS = frozenset(("view", "create", "str_replace", "insert", "undo_edit"))


def step(given: Mapping[str, object], line: int) -> Happened | None:
    """The step of one command; None where it is none."""
    command, path = as_text(given.get("command")), as_text(given.get("path"))
    if command not in COMMANDS or not path:
        return None
    if command == "view":
        return Happened("read", line, path=path, lines=view_range(given.get("view_range")))
    before, after = given.get("old_str"), given.get("new_str")
    if command == "create":
        text = given.get("file_text")
        return Happened("edit", line, path=path, after=text if isinstance(text, str) else None)
    if command == "str_replace" and isinstance(before, str) and before:
        return Happened("edit", line, path=path, before=before, after=as_text(after))
    return Happened("edit", line, path=path)


def view_range(value: object) -> tuple[int, int] | None:
    """The lines that are asked for; -1 is the end of the file."""
    ends = [as_number(one) for one in as_list(value)[:2]]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    first = max(ends[0], 1)
    return first, END if ends[1] < 0 else max(ends[1], first)


def failed(output: str) -> bool:
    """Whether the editor's answer says that it did nothing."""
    head = output.lstrip()[:400]
    wrong = ("ERROR", "Error", "Invalid `", "The path ", "Usage: ", "Traceback")
    return head.startswith(wrong) or "No replacement was performed" in head
