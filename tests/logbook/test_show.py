"""``agent-compliance log show``: all that the reader understood, and nothing that would not be there."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_agentcompliance.cli import main

LOG = """# Log

## Chunk 1 — add the route
- Objective (maps to story requirement/AC): AC-1
- Files changed:
  - `apps/api/route.ts` (NEW)
- Summary of changes:
- Commands run (if any):
  - `pnpm check-types --filter api` - PASS

## Chunk 2-3 - the rest
- **Files changed**: none
- Notes: \x1b[31mred\x1b[0m

BACKEND COMPLETE

## Worker Token Summary
- Input: ~12k tokens
"""


def shown(file: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["log", "show", str(file), *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_json_has_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "LOG.md").write_text(LOG)
    found = json.loads(shown(tmp_path / "LOG.md", "--output", "json"))
    first, second = found["chunks"]
    assert (first["number"], first["name"], first["line"]) == (1, "add the route", 3)
    assert set(first["fields"]) == {"objective", "files_changed", "commands"}
    assert first["files"] == [{"path": "apps/api/route.ts", "status": "NEW", "line": 6}]
    assert first["commands"] == [{"command": "pnpm check-types --filter api", "outcome": "pass"}]
    assert (second["number"], second["files"]) == ("2-3", [])
    assert (found["unchunked_files"], found["looked_at"], found["unchunked_commands"]) == ([], [], [])
    assert found["signal"] == {"kind": "complete", "line": 15}
    assert found["tokens"] == {"input": 12000, "output": None}


def test_what_was_not_changed_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "LOG.md").write_text(
        "## Chunk 1 — x\n- Files changed:\n  - `a.ts`\n  - `b.ts` (no changes)\n- Files verified:\n  - `c.ts`\n\n"
        "## Files Modified\n- `d.ts`\n\n## Remaining Work\n**File**: `e.ts`\n\n## Verification\n- `pnpm test` - PASS\n"
    )
    found = json.loads(shown(tmp_path / "LOG.md", "--output", "json"))
    (chunk,) = found["chunks"]
    assert chunk["files"] == [
        {"path": "a.ts", "status": "", "line": 3},
        {"path": "b.ts", "status": "no changes", "line": 4, "changed": False},
    ]
    assert chunk["looked_at"] == [{"path": "c.ts", "status": "verified", "line": 6}]
    assert [file["path"] for file in found["unchunked_files"]] == ["d.ts"]
    assert [file["path"] for file in found["looked_at"]] == ["e.ts"]
    assert found["unchunked_commands"] == [{"command": "pnpm test", "outcome": "pass", "line": 15}]
    text = shown(tmp_path / "LOG.md")
    assert "  file b.ts (no changes), line 4, not changed\n" in text
    assert "  looked at or to come: e.ts, line 12\n" in text
    assert "outside of the chunks\n  file d.ts (modified), line 9\n" in text
    assert "  ran pnpm test: pass\n" in text


def test_every_line_is_told(tmp_path: Path) -> None:
    (tmp_path / "LOG.md").write_text(LOG)
    told = [row.split(": ", 1)[1] for row in shown(tmp_path / "LOG.md", "--lines").splitlines()]
    assert len(told) == len(LOG.splitlines())
    assert told[:6] == [
        "preamble",
        "blank",
        "chunk 1: heading",
        "chunk 1: label of objective",
        "chunk 1: label of files_changed",
        "chunk 1: text of files_changed",
    ]
    assert told[-4:] == ["signal", "blank", "tokens", "tokens"]


def test_text_is_for_people_and_inert(tmp_path: Path) -> None:
    (tmp_path / "LOG.md").write_text(LOG)
    text = shown(tmp_path / "LOG.md")
    assert "LOG.md:3: chunk 1 — add the route" in text
    assert "  ran pnpm check-types --filter api: pass" in text
    assert "signal: complete, line 15" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\xfd", b"# nothing\n", "Files Created\n\n- `a.ts`\n".encode("utf-16")])
def test_whatever_is_there_is_shown(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "LOG.md").write_bytes(data)
    found = json.loads(shown(tmp_path / "LOG.md", "--output", "json"))
    assert (found["chunks"], found["signal"]) == ([], {"kind": "none", "line": None})
    assert "no chunk" in shown(tmp_path / "LOG.md")


def test_what_is_no_log_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to("LOG.md")
    for file, said in ((tmp_path / "nope.md", "No such file"), (tmp_path, "is a folder"), (tmp_path / "link.md", "symbolic link")):
        result = CliRunner().invoke(main, ["log", "show", str(file)])
        assert result.exit_code == 2
        assert said in result.output
