"""Two versions of a law: what weakens it, what makes it stricter, what says the same, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import law
from pytest_agentcompliance.parsing.law import Difference

FILE = "agent-compliance.yaml"
PROFILES = "profiles:\n  - name: gate\n    story: auto\n"
CLAUSE = PROFILES + "    clauses:\n      A: {}\n"
WAIVER = "waivers:\n  - {{rule: content/todo, path: {}, reason: r, by: Ada, until: {}}}\n"
PROFILE = "spec: S\nclauses:\n  A:\n    says: Stay\n    rules: {scope/allowed-paths: {allowed: [a]}}\n"
CHILD = "extends: ours\nclauses:\n  A:\n    severity: error\n"


def of(found: tuple[Difference, ...]) -> list[tuple[str, int, str]]:
    return [(one.weight, one.line, one.said) for one in found]


def policy(before: str, after: str) -> list[tuple[str, int, str]]:
    return of(law.policy(before.encode(), after.encode(), FILE))


def profile(before: str, after: str) -> list[tuple[str, int, str]]:
    return of(law.profile(before.encode(), after.encode(), ".agent-compliance/profiles/gate.yaml"))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PROFILES + "  - name: other\n", PROFILES, ("weaker", 1, "the profile other is dropped")),
        (PROFILES, PROFILES + "  - name: other\n", ("stricter", 4, "the profile other is added")),
        (PROFILES, PROFILES.replace("auto", "X-1"), ("weaker", 3, "gate: story was 'auto', and is 'X-1'")),
        (CLAUSE, CLAUSE.replace("{}", "{off: slow}"), ("weaker", 5, "the clause A is switched off: 'slow'")),
        (CLAUSE.replace("{}", "{off: slow}"), CLAUSE, ("stricter", 5, "the clause A is no longer switched off")),
        (
            CLAUSE.replace("{}", "{off: slow}"), CLAUSE.replace("{}", "{off: late}"),
            ("idle", 5, "the reason why the clause A is switched off was 'slow', and is 'late'"),
        ),
        (
            CLAUSE.replace("{}", "{severity: error}"), CLAUSE.replace("{}", "{severity: warning}"),
            ("weaker", 5, "the severity of the clause A was 'error', and is 'warning'"),
        ),
        (CLAUSE, CLAUSE.replace("{}", "{severity: warning}"),
         ("weaker", 5, "the severity of the clause A was what its profile says, and is 'warning'")),
        (CLAUSE.replace("{}", "{severity: warning}"), CLAUSE,
         ("stricter", 5, "the severity of the clause A was 'warning', and is what its profile says")),
        (CLAUSE.replace("{}", "{severity: error}"), CLAUSE,
         ("weaker", 5, "the severity of the clause A was 'error', and is what its profile says")),
        (CLAUSE, CLAUSE.replace("{}", "{severity: error}"),
         ("stricter", 5, "the severity of the clause A was what its profile says, and is 'error'")),
        (
            CLAUSE.replace("{}", "{rules: {config/ports: {additions: report}}}"),
            CLAUSE.replace("{}", "\n        rules:\n          config/ports:\n            additions: allow"),
            ("weaker", 8, "the parameter additions of config/ports in the clause A was 'report', and is 'allow'"),
        ),
        (
            CLAUSE.replace("{}", "{rules: {scope/allowed-paths: {allowed: [a, b]}}}"),
            CLAUSE.replace("{}", "{rules: {scope/allowed-paths: {allowed: [a, c]}}}"),
            ("weaker", 5, "the parameter allowed of scope/allowed-paths in the clause A loses 'b' and gains 'c'"),
        ),
        (
            CLAUSE.replace("{}", "{rules: {config/ports: {severity: warning}}}"),
            CLAUSE.replace("{}", "{rules: {config/ports: {severity: error}}}"),
            ("stricter", 5, "the severity of config/ports in the clause A was 'warning', and is 'error'"),
        ),
        (PROFILES, PROFILES + "evidence: {log: x.md}\n",
         ("weaker", 4, "where evidence is looked for: log is set to 'x.md'; base does not set it")),
        (PROFILES + "baseline: law/known\n", PROFILES, ("weaker", 1, "the key baseline is no longer set; base has 'law/known'")),
        (PROFILES, PROFILES + WAIVER.format("'api/**'", "2027-01-31"),
         ("weaker", 5, "a waiver is added: content/todo at api/**, until 2027-01-31")),
        (PROFILES + WAIVER.format("a", "2027-01-31"), PROFILES,
         ("stricter", 1, "a waiver is taken away: content/todo at a, until 2027-01-31")),
        (PROFILES + WAIVER.format("a", "2027-01-31"), PROFILES + WAIVER.format("a", "2027-02-01"),
         ("weaker", 5, "until of the waiver for content/todo at a was '2027-01-31', and is '2027-02-01'")),
        (PROFILES + WAIVER.format("a", "2027-01-31"), PROFILES + WAIVER.format("a", "2026-12-31"),
         ("stricter", 5, "until of the waiver for content/todo at a was '2027-01-31', and is '2026-12-31'")),
        (PROFILES, PROFILES.replace("story: auto", "story: 'auto'  # said"),
         ("idle", 1, "only its comments or its layout were changed")),
    ],
)  # fmt: skip
def test_difference_of_policies(before: str, after: str, expected: tuple[str, int, str]) -> None:
    assert policy(before, after) == [expected]


def test_waiver_for_a_wider_path_is_one_added_and_one_taken_away() -> None:
    found = policy(PROFILES + WAIVER.format("a/b", "2027-01-31"), PROFILES + WAIVER.format("'**'", "2027-01-31"))
    assert [weight for weight, _, _ in found] == ["weaker", "stricter"]


def test_second_waiver_that_equals_the_first_is_added() -> None:
    once = PROFILES + WAIVER.format("a", "2027-01-31")
    twice = once + WAIVER.format("a", "2027-01-31").partition("\n")[2]
    assert [weight for weight, _, _ in policy(once, twice)] == ["weaker"]
    assert [weight for weight, _, _ in policy(twice, once)] == ["stricter"]


def test_every_weakening_is_told() -> None:
    found = policy(CLAUSE + "      B: {severity: error}\n", CLAUSE.replace("{}", "{off: x}") + "      B: {severity: warning}\n")
    assert [(weight, line) for weight, line, _ in found] == [("weaker", 5), ("weaker", 6)]


def test_order_of_profiles_and_keys_changes_nothing() -> None:
    one = "profiles:\n  - name: a\n  - name: b\nevidence: {log: x}\n"
    other = "evidence: {log: x}\nprofiles:\n  - name: b\n  - name: a\n"
    assert [weight for weight, _, _ in policy(one, other)] == ["idle"]


@pytest.mark.parametrize("after", ["profiles: [", "profiles: &a [*a]\n", "a: 1\na: 2\n", "[" * 50_000, "\udcff", "%TAG x\n"])
def test_policy_that_cannot_be_read_any_more_is_weaker(after: str) -> None:
    (found,) = law.policy(PROFILES.encode(), after.encode("utf-8", "surrogateescape"), FILE)
    assert found.weight == "weaker"
    assert found.said.startswith("it cannot be read any more: agent-compliance.yaml:")


def test_line_of_what_is_broken_is_that_of_the_message() -> None:
    assert policy(PROFILES, PROFILES + "a: 1\na: 2\n")[0][:2] == ("weaker", 5)


def test_policy_that_base_had_broken_cannot_be_compared() -> None:
    (found,) = policy("a: 1\na: 2\n", PROFILES)
    assert found[0] == "weaker"
    assert "base's version cannot be read" in found[2]


@pytest.mark.parametrize("after", ["", "- a\n", "text\n", "profiles: text\n", "profiles: [text, 1]\n", "profiles: [{name: [1]}]\n"])
def test_policy_of_another_form_is_weaker(after: str) -> None:
    assert "weaker" in [weight for weight, _, _ in policy(PROFILES, after)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PROFILE, PROFILE + "  B: {says: x, person: y}\n", ("stricter", 6, "the clause B is added")),
        (PROFILE + "  B: {says: x, person: y}\n", PROFILE, ("weaker", 2, "the clause B is dropped")),
        (PROFILE, PROFILE.replace("[a]", "['**']"),
         ("weaker", 5, "the parameter allowed of scope/allowed-paths in the clause A loses 'a' and gains '**'")),
        (PROFILE, PROFILE.replace("{scope/", "{content/todo: {}, scope/"),
         ("stricter", 5, "the rule content/todo in the clause A is added")),
        (PROFILE.replace("{scope/", "{content/todo: {}, scope/"), PROFILE,
         ("weaker", 5, "the rule content/todo in the clause A is dropped")),
        (PROFILE, PROFILE + "    severity: error\n", ("idle", 1, "only its comments or its layout were changed")),
        (PROFILE, PROFILE + "    severity: warning\n", ("weaker", 6, "the severity of the clause A was 'error', and is 'warning'")),
        (PROFILE, PROFILE.replace("Stay", "Stay here"), ("idle", 4, "says of the clause A was 'Stay', and is 'Stay here'")),
        (PROFILE, PROFILE + "    section: Scope\n", ("idle", 6, "section of the clause A is set to 'Scope'; base does not set it")),
        (PROFILE, PROFILE + "    partly: some\n", ("idle", 6, "partly of the clause A is set to 'some'; base does not set it")),
        (PROFILE, PROFILE.replace("spec: S", "spec: T"), ("idle", 1, "the key spec was 'S', and is 'T'")),
        (PROFILE, "values: {a: b}\n" + PROFILE, ("weaker", 1, "the default of a is set to 'b'; base does not set it")),
        (PROFILE, "evidence: {log: b}\n" + PROFILE,
         ("weaker", 1, "where evidence is looked for: log is set to 'b'; base does not set it")),
        (PROFILE + "    not_built: [x/y]\n", PROFILE,
         ("weaker", 3, "not_built of the clause A is no longer set; base has ['x/y']")),
        (PROFILE, "extends: ours\n" + PROFILE, ("stricter", 1, "what it extends is set to 'ours'; base does not set it")),
        (CHILD, CHILD.replace("extends: ours\n", ""), ("weaker", 1, "what it extends is no longer set; base has 'ours'")),
        (CHILD, CHILD + "  B: null\n", ("weaker", 5, "the clause B is dropped")),
        (CHILD + "  B: null\n", CHILD, ("stricter", 2, "the clause B is no longer dropped")),
        (CHILD, CHILD + "  B: {severity: error}\n", ("stricter", 5, "the clause B is added")),
        (CHILD, CHILD + "  B: {rules: {content/todo: {ignore: [x]}}}\n",
         ("weaker", 5, "the clause B is added, which may change the one of the profile that it extends")),
        (CHILD, CHILD.replace("severity: error", "severity: error\n    rules: {content/todo: null}"),
         ("weaker", 5, "the rule content/todo in the clause A is taken out")),
        (CHILD, "extends: ours\nclauses:\n  A: null\n", ("weaker", 3, "the clause A is dropped")),
    ],
)  # fmt: skip
def test_difference_of_profiles(before: str, after: str, expected: tuple[str, int, str]) -> None:
    assert profile(before, after) == [expected]


def test_rule_that_is_built_now_is_not_dropped() -> None:
    found = profile(PROFILE + "    not_built: [x/y]\n", PROFILE.replace("{scope/", "{x/y: {}, scope/"))
    assert [weight for weight, _, _ in found] == ["stricter", "idle"]


def test_clause_that_is_left_to_a_person_is_weaker() -> None:
    found = profile(PROFILE, "clauses:\n  A:\n    says: Stay\n    person: nobody\nspec: S\n")
    assert [weight for weight, _, _ in found] == ["weaker", "weaker"]


def test_file_of_waivers() -> None:
    def found(before: str, after: str) -> list[str]:
        return [one.weight for one in law.waivers(before.encode(), after.encode(), "w.yaml")]

    one = WAIVER.format("a", "2027-01-31")
    assert found("", one) == ["weaker"]
    assert found("waivers: []\n", one) == ["weaker"]
    assert found(one, "waivers: []\n") == ["stricter"]
    assert found(one, one + "# said\n") == ["idle"]
    assert found(one.partition("\n")[2], "[]\n") == ["stricter"]
    assert found(one, one.partition("\n")[2]) == ["idle"]
    assert found("1\n", "2\n") == ["weaker"]


def test_baseline_tells_each_line_that_is_added() -> None:
    known = "# 3f\n" + "".join(f"{number:024x}  content/todo  a.ts\n" for number in range(3))
    assert of(law.baseline(known.encode(), (known + f"{9:024x}  content/todo  b.ts\n").encode())) == [
        ("weaker", 5, f"a finding is added to what is excused: {9:024x} content/todo b.ts")
    ]
    assert of(law.baseline(known.encode(), known.replace(f"{1:024x}  content/todo  a.ts\n", "").encode())) == [
        ("stricter", 1, "1 finding is no longer excused")
    ]
    assert [one.weight for one in law.baseline(known.encode(), known.replace("a.ts", "b.ts").encode())] == ["idle"]


def test_baseline_counts_the_rest_of_many_lines() -> None:
    found = law.baseline(b"", "".join(f"{number:024x}  a/b  c\n" for number in range(300)).encode())
    assert len(found) == 21
    assert found[-1].said == "280 more findings are added to what is excused"


def test_thousands_of_waivers_and_items_are_compared_in_little_time() -> None:
    def many(until: str) -> str:
        return "waivers:\n" + "".join(f"- {{finding: '{k:024x}', until: {until}}}\n" for k in range(3000))

    assert len(policy(PROFILES + many("2027-01-31"), PROFILES + many("2027-02-01"))) == 3000
    first, second = (",".join(f"{word}{k}" for k in range(9000)) for word in "xy")
    assert len(policy(*(CLAUSE.replace("{}", f"{{rules: {{a/b: {{c: [{one}]}}}}}}") for one in (first, second)))) == 1


KEYS = ["profiles", "name", "clauses", "rules", "severity", "off", "waivers", "until", "rule", "extends", "person", "not_built"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab:- [", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4), max_leaves=12,
)  # fmt: skip


@given(VALUES, VALUES)
def test_no_two_versions_raise_and_equal_ones_are_never_weaker(before: object, after: object) -> None:
    import json

    old, new = json.dumps(before).encode(), json.dumps(after).encode()
    for read in (law.policy, law.profile, law.waivers):
        assert read(old, new, "f")
        assert {one.weight for one in read(old, old, "f")} == {"idle"}
        if before != after and isinstance(before, dict) and isinstance(after, dict) and (read is not law.waivers):
            assert read(new, old, "f")


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_raise(before: bytes, after: bytes) -> None:
    assert law.baseline(before, after)
    assert law.policy(before, after, "f")
