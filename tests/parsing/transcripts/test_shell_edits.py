"""What a shell command writes, deletes and prints, as far as it is plain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.shell.scripts import commands
from pytest_agentcompliance.parsing.shell.words import LONGEST
from pytest_agentcompliance.parsing.transcripts.shell_edits import END, Shown, Touched, changes, shown, touched

DIFF = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-1\n+2\n"
WRITES = [
    ("cat > src/a.ts <<'EOF'\nconst x = 1;\nrm -rf y\ncat z > w\nEOF\necho done", "src/a.ts"),
    ("cat <<-EOF >> a.md\n\tone\n\tEOF\ntouch b", "a.md b"),
    ("cd pkg && sed -i 's/a/b/' a.py b.py; tee -a log.txt < in", "pkg/a.py pkg/b.py pkg/log.txt"),
    ("sed -i '' 's/x/y/' f.c", "f.c"),
    ("sed -i.bak -e 's/x/y/' f.c", "f.c"),
    ("perl -pi -e 's/a/b/' z.pl", "z.pl"),
    ("mv a b && rm -rf c/ d", "-a b -c/ -d"),
    ("cp a b c/", "c/a c/b"),
    ("cp a b c d", "d/a d/b d/c"),
    ("mv src/a.py .", "-src/a.py a.py"),
    ("git rm old.py && git mv a b", "-old.py -a b"),
    ("git checkout HEAD -- x.py y.py", "x.py y.py"),
    ("git restore --staged x.py", "x.py"),
    ("bash -lc \"echo hi > 'my file.txt'\"", "my file.txt"),
    ("npm test 2>&1 | tee out.log", "out.log"),
    ("cargo build &> build.log; echo 'a' >>b.txt 2>err.txt", "build.log b.txt err.txt"),
    ("sudo env A=1 timeout -k 5 60s touch x", "x"),
    ("if true; then echo a > b; fi", "b"),
    ("echo a > /tmp/x", "/tmp/x"),
    ("curl -o data.json https://e.org && dd if=a of=b.img", "data.json b.img"),
    ("prettier --write src/a.ts", "src/a.ts"),
    (f"git apply <<'EOF'\n{DIFF}--- a/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\nEOF", "x.py -old.py"),
    ("cd web && patch -p1 <<'EOF'\n--- /dev/null\t1970\n+++ b/b.ts\t2026\n@@ -0,0 +1 @@\n+1\nEOF", "web/b.ts"),
    ("apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: a.txt\n+hi\n*** Delete File: c\n*** End Patch\nEOF", "a.txt -c"),
    ("cd a; cd ../b; echo > c", "b/c"),
    ("@'\nx = 1\n'@ | Set-Content -Path src/a.py -Encoding utf8", "src/a.py"),
    ("echo x | Out-File log.txt -Append", "log.txt"),
    ("echo \\\n  x > y", "y"),
    ("# echo > a\necho > b # > c", "b"),
]
NOTHING_WRITTEN = [
    "git checkout main", "echo x > /dev/null 2>&1", "echo $X > $Y", "rm *.py", "for f in *.py; do rm $f; done", "cat a | grep b",
    "find . -name x | xargs rm", "sed 's/a/b/' f", "git rm --cached x", "cd $(mktemp -d) && touch x", "cd - && touch x", "",
    "echo 'a > b'", "test a -gt 2", "gofmt a.go", "grep '>' x", "node -e 'a => b'", "[[ a > b ]] || true; [ -f x ]",
    f"git apply --check <<'EOF'\n{DIFF}EOF", f"git diff <<'EOF'\n{DIFF}EOF", "git apply fix.patch", "patch --dry-run -p1 < a",
]  # fmt: skip


@pytest.mark.parametrize(("command", "paths"), WRITES)
def test_what_is_written_and_deleted_is_named(command: str, paths: str) -> None:
    wanted = {Touched(one.removeprefix("-"), one.startswith("-")) for one in paths.split(" ")}
    if paths == "my file.txt":
        wanted = {Touched("my file.txt")}
    assert set(changes(command)) == wanted
    assert set(touched(command)) == {one.path for one in wanted}


@pytest.mark.parametrize("command", NOTHING_WRITTEN)
def test_what_is_not_plain_or_writes_nothing_is_left_out(command: str) -> None:
    assert touched(command) == ()


PRINTS = [
    ("cat a b", [Shown("a"), Shown("b")]),
    ("cat 'my file.md'", [Shown("my file.md")]),
    ("head -n 20 x", [Shown("x", (1, 20), part=True)]),
    ("head -5 x", [Shown("x", (1, 5), part=True)]),
    ("head x", [Shown("x", (1, 10), part=True)]),
    ("tail -n +10 x", [Shown("x", (10, END), part=True)]),
    ("tail x", [Shown("x", None, part=True)]),
    ("sed -n '1,20p;30,40p' f", [Shown("f", (1, 20), part=True), Shown("f", (30, 40), part=True)]),
    ("sed -n -e '5,+3p' f", [Shown("f", (5, 8), part=True)]),
    ("sed -n '7,$p' f", [Shown("f", (7, END), part=True)]),
    ("nl -ba f | sed -n '10,20p'", [Shown("f", (10, 20), part=True)]),
    ("cat -n f | head -30 | tail -n +5", [Shown("f", (5, 30), part=True)]),
    ("cd docs && cat x.md | grep foo", [Shown("docs/x.md", None, part=True)]),
    ("bat -r 3:9 z", [Shown("z", (3, 9), part=True)]),
    ("less y", [Shown("y")]),
    ("git show HEAD:src/x.py", [Shown("src/x.py")]),
    ("grep -n foo src/a.py", [Shown("src/a.py", None, part=True)]),
    ("awk 'NR>=3 && NR<=7' w", [Shown("w", (3, 7), part=True)]),
    ("cat f 2>/dev/null || echo no", [Shown("f")]),
    ("bash -c 'cat a'", [Shown("a")]),
    ("cat < a", [Shown("a")]),
    ("sed 's/x/y/' foo", [Shown("foo")]),
    ("cat a && ls; cat b", [Shown("a"), Shown("b")]),
    ("cat docs/P*", [Shown("docs/P*", wild=True)]),
    ("cd docs; head -3 *.md", [Shown("docs/*.md", (1, 3), part=True, wild=True)]),
    ('sed "" f', [Shown("f")]),
    ("awk 1 f", [Shown("f")]),
    ('grep "" f', [Shown("f")]),
    ("head -n -0 f", [Shown("f")]),
    ("tr a b < f", [Shown("f", None, part=True)]),
    ('while read l; do echo "$l"; done < f', [Shown("f", None, part=True)]),
]
NOTHING_SHOWN = [
    "cat a > b",
    "cat a | wc -l",
    "cat <<EOF\nx\nEOF",
    "cat $FILE",
    "ls a",
    "sed -i 's/a/b/' f",
    "echo cat a",
    "cat $(ls *.py)",
]


@pytest.mark.parametrize(("command", "wanted"), PRINTS)
def test_what_is_printed_is_named_with_its_lines(command: str, wanted: list[Shown]) -> None:
    assert list(shown(command)) == wanted


@pytest.mark.parametrize("command", NOTHING_SHOWN)
def test_what_is_not_printed_is_left_out(command: str) -> None:
    assert shown(command) == ()


@given(st.text(alphabet=st.sampled_from(list("ab ;|&<>()\"'\\\n$`{}!#=-/.1EOFcat"))))
def test_no_script_takes_it_down(text: str) -> None:
    for script in (text, f"cat <<EOF\n{text}\nEOF", f"bash -c '{text}'", f"sed -n {text}"):
        assert all("\0" not in path for path in touched(script))
        assert all(one.lines is None or one.lines[0] >= 1 for one in shown(script))


@pytest.mark.parametrize(
    "piece", ["a ", "'", '"', "\\", "<<E ", "$(", "cd a; ", "bash -c '", "\n", "(", "|", "a=", "<<<", "cat a | head | "]
)
def test_a_script_of_any_length_is_read_to_its_limit_alone(piece: str) -> None:
    found = commands(piece * (3 * LONGEST // len(piece)))
    assert sum(len(word.text) for one in found for word in one.words if word.plain) <= LONGEST
