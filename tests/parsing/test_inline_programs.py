"""The files that a program within a shell command writes."""

import pytest

from pytest_agentcompliance.parsing.transcripts.inline import written


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("python3 - <<'EOF'\nfrom pathlib import Path\nPath('src/a.py').write_text('x')\nEOF", ["src/a.py"]),
        ("python3 - <<'EOF'\np = 'src/b.py'\ns = open(p).read()\nopen(p, 'w').write(s)\nEOF", ["src/b.py"]),
        ("python -c \"import pathlib; p = pathlib.Path('c.py'); p.write_text('1')\"", ["c.py"]),
        ("node -e \"require('fs').writeFileSync('src/d.ts', 'x')\"", ["src/d.ts"]),
        ("python3 -c \"print(open('docs/plan.md').read())\"", []),
        ("python - <<E\ntext = open('src/a.py').read()\nopen('/tmp/o', mode='a').write(text)\nE", ["/tmp/o"]),
        ("echo \"open('src/a.py', 'w')\"", []),
        ("", []),
    ],
)
def test_written(command: str, paths: list[str]) -> None:
    assert list(written(command)) == paths


def test_a_flood_is_bounded() -> None:
    assert len(list(written("python\n" + "".join(f"open('f{number}', 'w')\n" for number in range(1_000))))) == 200
