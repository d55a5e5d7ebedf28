"""Whether the exit code of a command line says anything of the commands in it: that of a pipe is its last command's."""

import re

from pytest_agentcompliance.parsing.shell.scripts import Command, commands
from pytest_agentcompliance.parsing.shell.words import LONGEST
from pytest_agentcompliance.parsing.transcripts.shell_edits import PRINTERS

# What may stand in a line beside the command that matters: its own success is not what anybody asks for.
BESIDE = frozenset((
    "cd", "pushd", "popd", "echo", "printf", "true", "false", ":", "export", "set", "source", ".", "unset", "ls", "cat",
    "head", "tail", "sed", "grep", "egrep", "rg", "find", "fd", "wc", "pwd", "mkdir", "sleep", "date", "which",
    "command", "type", "sort", "uniq", "cut", "tr", "awk", "tee", "less", "more", "nl", "column", "jq", "git",
    "rm", "cp", "mv", "touch", "test", "[", "exit", "kill", "pkill", "ps", "du", "df", "file", "stat", "diff",
    "basename", "dirname", "tree", "whoami", "uname", "done", "fi", "for", "esac", "case", "in", "read", "local",
    "shift", "wait", "lsof", "curl", "fgrep", "ag", "cmp",
))  # fmt: skip
MASKS = re.compile(r"[|;\n!`]|(?<!&)&(?!&)|\$\(|[<>]\(")  # without one of these nothing hides an end
FINDERS = frozenset(("grep", "egrep", "fgrep", "rg", "ag", "diff", "cmp", "test", "["))  # which fail where they find nothing
# Cmdlets that show something or go somewhere.
SHOWS = re.compile(r"(?:Get|Select|Measure|Format|Sort|Where|ForEach|Write|Test|Resolve|Join)-[A-Z]\w{1,30}|Set-Location|Out-Host")
BROKE = re.compile(
    r"^(?:[^\n]{0,300}: No module named \S+|[^\n]{0,300}(?:command not found|: not found)|make(?:\[\d+\])?: \*\*\* [^\n]+"
    r"|(?:E\s+)?(?:[\w.]{1,200}\.)?[A-Z]\w{0,80}(?:Error|Exception)(?::[^\n]*)?|npm (?:ERR!|error) code ELIFECYCLE"
    r"|[^\n]{0,80}ELIFECYCLE[^\n]{0,200}|error: script \S+ exited with code \d+)[ \t\r]*\Z",
    re.MULTILINE,
)
RAISED = re.compile(r"Traceback \(most recent call last\):\n(?:[ \t][^\n]*\n|\n)*[A-Za-z_][\w.]{1,200}(?::[^\n]*)?[\s]*\Z")
END = 4000  # characters at the end of an output in which a failure shows


def hidden(line: str) -> bool:
    """Whether a command of the line could have failed though the line ended well."""
    return MASKS.search(line) is not None and any(one.masked and _matters(one) for one in commands(line))


def found_nothing(line: str, exit_code: int | None) -> bool:
    """Whether a line can have failed by what searches at its end alone: ``pytest | grep FAIL`` does so where all is well."""
    found = commands(line)
    if not found or found[-1].name not in FINDERS or exit_code not in (1, None):
        return False
    checked = [one.masked for one in found if _matters(one)]
    return bool(checked) and all(checked)


def checks(line: str) -> bool:
    """Whether a command of the line could be a check at all, so that its output is worth a look."""
    return len(line) > LONGEST or "$(" in line or "`" in line or any(map(_matters, commands(line)))


def _matters(one: Command) -> bool:
    name = one.name or (one.words[0].text if one.words else "")
    return bool(name) and name not in BESIDE and name not in PRINTERS and not SHOWS.fullmatch(name)


def broke(output: str) -> bool:
    """Whether an output ends in what a shell, an interpreter or a package manager says when it gives up."""
    end = output.rstrip()[-END:]
    last = end.rfind("Traceback (most recent call last):")
    return BROKE.search(end[-1000:]) is not None or (last >= 0 and RAISED.match(end, last) is not None)
