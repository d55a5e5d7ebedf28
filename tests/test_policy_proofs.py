"""The section ``proofs`` of a policy: who may sign, what is run again, and that no private key stands there."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import engine, policy
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import law, strict_yaml
from pytest_agentcompliance.policy import Rerun, parse
from tests.conftest import GitRepo

ONE = "MCowBQYDK2VwAyEADIa7dEY6LRF6GzMTTjo+RuoYVFangXWVeRGl5PwurG4="
OTHER = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
SECRET = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
PROFILES = "profiles: [{name: integrity}]\n"


def pem(body: str, kind: str = "PUBLIC") -> str:
    return f"-----BEGIN {kind} KEY-----\n{body}\n-----END {kind} KEY-----\n"


def named(name: str, text: str) -> str:
    """An entry of ``keys``, on four lines."""
    return f"    {name}: |\n" + "".join(f"      {line}\n" for line in text.splitlines())


KEYS = f"proofs:\n  keys:\n{named('ci', pem(ONE))}"
FULL = f"""{KEYS}{named("release", pem(OTHER))}\
  rerun:
    - {{name: tests, command: pnpm test --run 'a b', timeout: 600}}
    - {{name: types, command: [sh, -c, "tsc && echo ok"], folder: ./packages/backend/}}
"""


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        parse(PROFILES + text, "p.yaml")
    return str(caught.value)


def test_whole_section_is_read() -> None:
    given = parse(PROFILES + FULL, "p.yaml")
    assert given.keys == {"ci": pem(ONE), "release": pem(OTHER)}
    assert given.rerun == (
        Rerun("tests", ("pnpm", "test", "--run", "a b"), timeout=600),
        Rerun("types", ("sh", "-c", "tsc && echo ok"), "packages/backend"),
    )


@pytest.mark.parametrize("text", ["", "proofs:\n", "proofs: {}\n", "proofs: {keys: {}, rerun: []}\n"])
def test_section_may_be_empty(text: str) -> None:
    given = parse(PROFILES + text, "p.yaml")
    assert (given.keys, given.rerun) == ({}, ())


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (FULL, True), ("proofs:\n", True), (FULL.replace("keys:", "kyes:"), False), (FULL.replace("600", "0"), False),
        (FULL.replace("pnpm test --run 'a b'", "[]"), False), (FULL.replace("name: tests, ", ""), False),
    ],
)  # fmt: skip
def test_schema_and_code_agree(text: str, valid: bool) -> None:
    data, _ = strict_yaml.read(PROFILES + text, "p.yaml")
    assert jsonschema.Draft202012Validator(policy.schema()).is_valid(data) is valid
    if valid:
        parse(PROFILES + text, "p.yaml")
    else:
        assert refusal(text)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("keys:", "kyes:", "p.yaml:3: proofs: unknown key 'kyes'; did you mean 'keys'?"),
        ("  rerun:", "  reruns:", "p.yaml:12: proofs: unknown key 'reruns'; did you mean 'rerun'?"),
        ("command: pnpm", "comand: pnpm", "p.yaml:13: proofs.rerun[0]: the key 'command' is missing; did you mean it by 'comand'?"),
        ("    release: |", "    the release: |", "p.yaml:8: proofs.keys: 'the release' is no name; write letters"),
        (OTHER, ONE, "p.yaml:8: proofs.keys: release is the same key as ci; keep one of them"),
        (OTHER, OTHER[:-4], "p.yaml:8: proofs.keys.release: this is no ed25519 key; make one by 'openssl genpkey"),
        (OTHER, OTHER[:-1], "p.yaml:8: proofs.keys.release: this public key is cut or altered; write the public key as"),
        (OTHER, "x", "p.yaml:8: proofs.keys.release: this is no public key; write the public key as 'openssl pkey -in FILE"),
        ("name: types", "name: tests", "p.yaml:14: proofs.rerun[1]: another command is called tests; give each a name of its own"),
        ("name: types", "name: a b", "p.yaml:14: proofs.rerun[1].name: 'a b' is no name; write letters, digits"),
        ("pnpm test --run 'a b'", "pnpm test && pnpm lint",
         "p.yaml:13: proofs.rerun[0].command: no shell reads it, which '&&' is for; quote it, or write a list of words"),
        ("pnpm test --run 'a b'", "pnpm test || true", "no shell reads it, which '||' is for"),
        ("pnpm test --run 'a b'", "pytest tests/*.py", "no shell reads it, which '*' is for"),
        ("pnpm test --run 'a b'", '"echo \\"$HOME\\""', "no shell reads it, which '$' is for"),
        ("pnpm test --run 'a b'", "CI=1 pnpm test", "no shell reads it, and 'CI=1' is no command; put 'env' before it"),
        ("pnpm test --run 'a b'", "pnpm 'test", "a quote is not closed in"),
        ("pnpm test --run 'a b'", "''", "the command is empty; write what is to be run"),
        ("pnpm test --run 'a b'", "[]", "the command is empty; write what is to be run"),
        ("pnpm test --run 'a b'", "{a: b}", "p.yaml:13: proofs.rerun[0].command: must be a list, and is a mapping"),
        ("timeout: 600", "timeout: 0", "proofs.rerun[0].timeout: 0 is no time; write whole seconds, from 1 to 86400"),
        ("timeout: 600", "timeout: soon", "proofs.rerun[0].timeout: 'soon' is no time; write whole seconds"),
        ("timeout: 600", "timeout: true", "proofs.rerun[0].timeout: true is no time; write whole seconds"),
        ("./packages/backend/", "../elsewhere", "proofs.rerun[1].folder: '../elsewhere' leaves the repository; give a folder"),
        ("./packages/backend/", "/etc", "proofs.rerun[1].folder: '/etc' leaves the repository; give a folder"),
    ],
)
def test_mistake_names_line_and_what_to_do(old: str, new: str, says: str) -> None:
    assert FULL.count(old) == 1
    assert says in refusal(FULL.replace(old, new))


@pytest.mark.parametrize(
    "text",
    [
        KEYS.replace(ONE, SECRET).replace("PUBLIC", "PRIVATE"),
        KEYS.replace(ONE, SECRET),
        f"proofs:\n  keys: |\n{named('x', pem(SECRET, 'PRIVATE'))}",
        f"proofs:\n  keys: {{ci: {SECRET}}}\n",
        f"# {SECRET}\n",
        f"proofs: [\n{named('x', pem(SECRET, 'ENCRYPTED PRIVATE'))}",
    ],
)
def test_private_key_is_refused_and_not_repeated(text: str) -> None:
    said = refusal(text)
    line = next(number for number, one in enumerate((PROFILES + text).split("\n"), 1) if "PRIVATE" in one or SECRET in one)
    assert said.startswith(f"p.yaml:{line}: a PRIVATE KEY stands here")
    assert not any(SECRET[start : start + 12] in said for start in range(20, len(SECRET) - 12))
    with pytest.raises(PolicyError):
        parse((PROFILES + text).encode(), "p.yaml")


@given(st.data())
def test_section_with_a_piece_cut_out_or_put_in_is_read_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FULL)))
    end = data.draw(st.integers(start, min(len(FULL), start + 12)))
    piece = data.draw(st.text(st.sampled_from(":-{}[]*&!#'\"|\n ,x7~=$"), max_size=4))
    after = FULL[:start] + piece + FULL[end:]
    told = "p.yaml:"
    try:
        parse(PROFILES + after, "p.yaml")
    except PolicyError as wrong:
        told = str(wrong)
    assert told.startswith("p.yaml:")
    assert law.policy((PROFILES + FULL).encode(), (PROFILES + after).encode("utf-8", "replace"), "f")


# The section is a part of the law


def compared(before: str, after: str) -> list[tuple[str, int, str]]:
    found = law.policy((PROFILES + before).encode(), (PROFILES + after).encode(), "f")
    return [(one.weight, one.line, one.said) for one in found]


RERUN = "proofs:\n  rerun:\n    - {name: a, command: x y}\n    - {name: b, command: [z]}\n"
REGRESSION = "proofs:\n  regression: {command: 'x {test}', folder: w}\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", KEYS, [("weaker", 4, "the key ci is added, whose signatures would count: ed25519 6cdaf4ccbb0d4700")]),
        (KEYS, "", [("stricter", 1, "the key ci is taken out: ed25519 6cdaf4ccbb0d4700")]),
        (KEYS, KEYS.replace(ONE, SECRET).replace("PUBLIC", "PRIVATE"),
         [("weaker", 4, "the key ci is another one: it was ed25519 6cdaf4ccbb0d4700, and is a PRIVATE key")]),
        (KEYS, KEYS.replace(ONE, f"{ONE} "), [("idle", 1, "only its comments or its layout were changed")]),
        (KEYS, "proofs: text\n", [("weaker", 2, "the key proofs was changed, and is not what can stand there")]),
        (KEYS, "proofs: {keys: [text]}\n", [("weaker", 2, "proofs: keys was changed, and is not what can stand there")]),
        ("", RERUN, [("weaker", 4, "the command a is added to what is run again: 'x y'"),
                     ("weaker", 5, "the command b is added to what is run again: ['z']")]),
        (RERUN, RERUN.replace("x y", "x y || true"),
         [("weaker", 4, "command of a, which is run again, was 'x y', and is 'x y || true'")]),
        (RERUN, RERUN.replace("x y", "x y, folder: w"),
         [("weaker", 4, "folder of a, which is run again, is set to 'w'; base does not set it")]),
        (RERUN, RERUN.partition("    - {name: b")[0], [("weaker", 3, "the command b is no longer run again: ['z']")]),
        (RERUN, "", [("weaker", 1, "the command a is no longer run again: 'x y'"),
                     ("weaker", 1, "the command b is no longer run again: ['z']")]),
        (RERUN, "proofs: {rerun: [1]}\n", [("weaker", 2, "the command without a name is added to what is run again: ''"),
                                           ("weaker", 2, "the command a is no longer run again: 'x y'"),
                                           ("weaker", 2, "the command b is no longer run again: ['z']")]),
        ("", REGRESSION, [("weaker", 3, "the command for a test that shows a fix is added: 'x {test}'")]),
        (REGRESSION, "", [("weaker", 1, "the command for a test that shows a fix is taken out: 'x {test}'")]),
        (REGRESSION, REGRESSION.replace("x {test}", "true {test}"),
         [("weaker", 3, "command of proofs.regression was 'x {test}', and is 'true {test}'")]),
        (REGRESSION, REGRESSION.replace(", folder: w", ""),
         [("weaker", 3, "folder of proofs.regression is no longer set; base has 'w'")]),
        (REGRESSION, "proofs: {regression: [x]}\n",
         [("weaker", 2, "proofs: regression was changed, and is not what can stand there")]),
        ("proofs:\n", "proofs: {}\n", [("idle", 1, "only its comments or its layout were changed")]),
    ],
)  # fmt: skip
def test_difference_of_two_sections(before: str, after: str, expected: list[tuple[str, int, str]]) -> None:
    assert compared(before, after) == expected


def test_order_of_commands_changes_nothing() -> None:
    [_, first, second] = RERUN.splitlines(keepends=True)[1:]
    assert [weight for weight, _, _ in compared(RERUN, RERUN.replace(first + second, second + first))] == ["idle"]


@pytest.mark.parametrize("after", [KEYS.replace(ONE, SECRET), f"proofs: {SECRET}\n", f"proofs: {{keys: [{SECRET}]}}\n"])
def test_difference_repeats_no_key(after: str) -> None:
    assert not any(SECRET[20:32] in said for _, _, said in compared(KEYS, after))


# It counts as base has it


def opened(repo: GitRepo, **options: object) -> tuple[dict[str, str], tuple[Rerun, ...], tuple[str, ...]]:
    given = engine.Options(repo.root, "main", environ={}, **options)  # type: ignore[arg-type]
    with engine.opened(given) as one:
        assert {key for bound in one.bound for key in bound.wanted.keys} == set(one.policy.keys)
        return dict(one.policy.keys), one.policy.rerun, one.policy.notes


def test_keys_and_reruns_are_those_of_base(repo: GitRepo) -> None:
    repo.write("agent-compliance.yaml", PROFILES + KEYS)
    repo.commit("law")
    repo.branch("agent")
    repo.write("agent-compliance.yaml", PROFILES + FULL)
    repo.commit("work")
    assert opened(repo) == ({"ci": pem(ONE)}, (), ())


def test_keys_and_reruns_that_only_the_run_has_do_not_count(repo: GitRepo) -> None:
    repo.write("README.md", "x")
    repo.commit("start")
    repo.branch("agent")
    file = repo.write("agent-compliance.yaml", PROFILES + FULL)
    repo.commit("work")
    said = "keys of proofs, and commands to run again, count as the merge base has them; nobody has reviewed these"
    assert opened(repo) == ({}, (), (said,))
    assert opened(repo, policy=file) == ({}, (), (said,))


def test_keys_of_a_policy_that_is_passed_from_outside_count(repo: GitRepo) -> None:
    repo.write("README.md", "x")
    repo.commit("start")
    repo.branch("agent")
    file = repo.root.parent / "policy.yaml"
    file.write_text(PROFILES + KEYS)
    assert opened(repo, policy=file)[0] == {"ci": pem(ONE)}
