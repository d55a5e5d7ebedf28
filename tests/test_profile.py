"""Profiles: the five that we bring hold the contract, and what a project or a policy changes of them is bound or refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance import catalog, profile
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import globs, strict_yaml, templates, wildcards
from pytest_agentcompliance.profile import ClauseChange, RuleChange

HERE = Path(__file__).parent
CONTRACT: Mapping[str, Mapping[str, list[str]]] = strict_yaml.read((HERE / "contract.yaml").read_bytes(), "contract.yaml")[0]
V3 = "dev-implement-backend-coder-v3"
V1 = "dev-implement-backend-coder-v1"
SCHEMA = HERE.parent / "docs" / "schemas" / "profile.schema.json"
# What the rules of a clause can only see a part of.
PARTLY: Mapping[str, tuple[int, ...]] = {
    "C3": (6, 8, 12, 17, 24, 28), "C1": (6, 8, 12), "IM": (1, 2, 3, 6, 7, 9, 12, 17, 22, 24),
    "BD": (4, 5, 10, 20, 22, 23, 24), "BE": (6, 7, 8, 9, 10, 11, 13),
}  # fmt: skip

OURS = """
spec: a spec
values: {feature_dir: plans, stage: "*", story: auto}
evidence: {log: "{feature_dir}/{stage}/{story}/LOG.md", report: [a.md, "{story}.md"]}
clauses:
  X-1:
    says: Only the backend
    rules:
      scope/allowed-paths: {allowed: [api/**, "{feature_dir}/{stage}/{story}/**", "**"], denied: [web/**]}
  X-2:
    says: No TODO
    severity: warning
    rules:
      content/todo: {severity: error, mode: owned}
    not_built: [later/on]
  X-3: {says: Taste, person: it is taste}
  X-4: {says: Later, not_built: [later/on]}
"""


def project(**texts: str) -> Any:
    return texts.get


def bound(text: str, values: Mapping[str, str] | None = None, changes: Mapping[str, ClauseChange] | None = None) -> profile.Profile:
    return profile.read("own", project(own=text)).bind(values, changes)


def refusal(text: str, values: Mapping[str, str] | None = None, changes: Mapping[str, ClauseChange] | None = None) -> str:
    with pytest.raises(PolicyError) as caught:
        bound(text, values, changes)
    return str(caught.value)


def rule(of: profile.Profile, clause: str, name: str) -> dict[str, Any]:
    [one] = [bound for each in of.clauses if each.id == clause for bound in each.rules if bound.name == name]
    assert one.rule is not None
    return one.rule.model_dump()


# The five, and integrity


def test_contract_has_120_clauses_in_five_profiles() -> None:
    assert sorted(set(CONTRACT) - {"integrity"}) == [
        "backend-developer-v6", "backend-engineer", "backend-implementer", V1, V3,
    ]
    assert sum(len(clauses) for name, clauses in CONTRACT.items() if name != "integrity") == 120
    assert list(CONTRACT["integrity"]) == ["IN-01", "IN-02", "IN-03", "IN-04"]


def test_names_are_the_five() -> None:
    assert profile.names() == sorted(set(CONTRACT) - {"integrity"})


@pytest.mark.parametrize("name", CONTRACT)
def test_profile_has_exactly_the_clauses_and_rules_of_the_contract(name: str) -> None:
    loaded = profile.load(name)
    assert [clause.id for clause in loaded.clauses] == list(CONTRACT[name])
    assert {clause.id: sorted(one.name for one in clause.rules) for clause in loaded.clauses} == {
        id: sorted(rules) for id, rules in CONTRACT[name].items()
    }


@pytest.mark.parametrize("name", CONTRACT)
def test_every_clause_has_a_rule_or_a_person_with_a_reason(name: str) -> None:
    for clause in profile.load(name).clauses:
        assert clause.says
        assert bool(clause.rules) != bool(clause.person), clause.id


@pytest.mark.parametrize("name", CONTRACT)
def test_every_clause_stands_under_a_heading_and_says_in_a_verdict_which(name: str) -> None:
    loaded = profile.load(name)
    assert [clause.id for clause in loaded.clauses if not clause.section.strip() or len(clause.section) > 60] == []
    assert len({clause.section for clause in loaded.clauses}) > 2  # a spec has more than one


def test_a_clause_that_is_changed_keeps_its_heading_unless_it_says_another() -> None:
    text = f"""
extends: {V3}
clauses:
  C3-03: {{severity: warning}}
  C3-04: {{section: Ours}}
  C3-05: {{section: ''}}
  N-1: {{says: New, person: x}}
"""
    headings = {clause.id: clause.section for clause in bound(text).clauses}
    assert [headings[id] for id in ("C3-03", "C3-04", "C3-05", "N-1")] == ["Scope Constraint", "Ours", "", ""]
    assert bound("extends: integrity\nclauses: {IN-04: {severity: warning}}").clauses[-1].section


def test_clauses_that_rules_see_a_part_of_say_what_is_not_seen() -> None:
    told = {clause.id for name in CONTRACT for clause in profile.load(name).clauses if clause.partly}
    assert told == {f"{spec}-{number:02}" for spec, numbers in PARTLY.items() for number in numbers}


def test_what_is_not_seen_goes_with_the_rules() -> None:
    text = """
extends: backend-engineer
clauses:
  BE-06: {severity: error}
  BE-07: {partly: ''}
  BE-08: {partly: whether it is polite}
  BE-09: {rules: {api/input-validated: null}, person: a person reads it}
"""
    partly = {clause.id: clause.partly for clause in bound(text).clauses}
    assert partly["BE-06"].startswith("models of Django")
    assert (partly["BE-07"], partly["BE-08"], partly["BE-09"]) == ("", "whether it is polite", "")
    assert "own.yaml:3: clauses.P-1: 'partly' says what rules do not see" in refusal(
        "spec: x\nclauses:\n  P-1: {says: Taste, person: taste, partly: some}"
    )


@pytest.mark.parametrize("name", CONTRACT)
def test_no_rule_that_exists_is_called_not_built(name: str) -> None:
    """So the number of what is not built only falls."""
    exists = set(catalog.names())
    waiting = {one.name for clause in profile.load(name).clauses for one in clause.rules if one.rule is None}
    assert waiting & exists == set()


@pytest.mark.parametrize("name", CONTRACT)
def test_our_profiles_are_valid_by_the_published_schema(name: str) -> None:
    data, _ = strict_yaml.read((profile.shelf() / f"{name}.yaml").read_bytes(), name)
    jsonschema.validate(data, json.loads(SCHEMA.read_text("utf-8")))


def test_no_rule_has_a_parameter_called_severity() -> None:
    """In a profile, severity stands among a rule's parameters."""
    assert [name for name in catalog.names() if "severity" in catalog.find(name).model_fields] == []


def test_every_rule_that_exists_serves_a_clause() -> None:
    asked = {name for clauses in CONTRACT.values() for rules in clauses.values() for name in rules}
    assert set(catalog.names()) - asked == set()


def test_published_schema_is_that_of_the_code() -> None:
    make = "python -c 'import json; from pytest_agentcompliance import profile; print(json.dumps(profile.schema(), indent=2))'"
    assert json.loads(SCHEMA.read_text("utf-8")) == profile.schema(), f"write it anew: {make} > docs/schemas/profile.schema.json"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("apps/api/lego-api/src/handler.ts", True),
        ("packages/backend/db/src/index.ts", True),
        ("packages/core/logger/src/index.ts", True),
        ("packages/core/app-component-library/src/button.ts", False),
        ("packages/core/design-system/src/tokens.ts", False),
        ("apps/web/main-app/src/a.ts", False),
        ("apps/web/main-app/vercel.json", False),
        ("infra/compose.yaml", False),
        ("db/migrations/0001_a.sql", True),
        ("packages/x/prisma/schema.prisma", True),
        ("vercel.json", True),
        ("__http__/wishes.http", True),
        ("apps/x/y/__http__/wishes.http", True),
        ("tests/db/a.test.ts", True),
        ("package.json", False),
        ("pnpm-lock.yaml", False),
        ("plans/features/wishlist/in-progress/WISH-001/_implementation/BACKEND-LOG.md", True),
        ("plans/features/wishlist/in-progress/WISH-001/WISH-001.md", True),
        ("plans/features/wishlist/in-progress/WISH-002/_implementation/BACKEND-LOG.md", False),
        ("plans/features/wishlist/README.md", False),
    ],
)
def test_scope_of_the_backend_coder(path: str, allowed: bool) -> None:
    given = rule(profile.read(V3).bind({"story": "WISH-001"}), "C3-03", "scope/allowed-paths")
    assert (globs.matches(path, given["allowed"]) and not globs.matches(path, given["denied"])) is allowed


@pytest.mark.parametrize("name", [V3, V1])
def test_unknown_story_does_not_allow_every_folder(name: str) -> None:
    given = rule(profile.load(name), "C3-03" if name == V3 else "C1-03", "scope/allowed-paths")
    assert not globs.matches("apps/mobile/src/screens/home.ts", given["allowed"])
    assert globs.matches("plans/x/ui/S-1/_implementation/BACKEND-LOG.md", given["allowed"])


@pytest.mark.parametrize(
    "path",
    [
        "plans/future/x/in-progress/S-1/_implementation/BACKEND-LOG.md",
        "plans/stories/S-1/_implementation/BACKEND-LOG.md",
        "plans/features/wishlist/UAT/S-1/_implementation/BACKEND-LOG.md",
    ],
)
@pytest.mark.parametrize("values", [{}, {"story": "S-1"}])
@pytest.mark.parametrize("name", [V3, V1])
def test_default_globs_find_logs_at_any_depth(path: str, values: dict[str, str], name: str) -> None:
    log = profile.read(name).bind(values).evidence["log"]
    assert globs.matches(path, log)
    assert not globs.matches(path.replace("BACKEND-LOG", "FRONTEND-LOG"), log)
    assert globs.matches(path.replace("S-1", "S-2"), log) is not bool(values)


# Binding


def test_reads_is_what_the_bound_rules_name() -> None:
    assert profile.load("integrity").reads == frozenset({"changes", "commits", "custody", "tree", "verdicts"})
    assert bound(OURS).reads == catalog.find("scope/allowed-paths").reads | catalog.find("content/todo").reads
    off = {id: ClauseChange(off="not here") for id in ("X-1", "X-2")}
    assert bound(OURS, changes=off).reads == frozenset()


def test_values_are_filled_in_everywhere() -> None:
    given = bound(OURS, {"feature_dir": "./f/g/", "story": "S-1"})
    assert given.evidence == {"log": ("f/g/*/S-1/LOG.md",), "report": ("a.md", "S-1.md")}
    assert list(rule(given, "X-1", "scope/allowed-paths")["allowed"]) == ["api/**", "f/g/*/S-1/**", "**"]
    assert given.values == {"feature_dir": "f/g", "stage": "*", "story": "S-1"}


def test_unknown_story_is_any_and_what_is_only_wildcards_is_left_out() -> None:
    given = bound(OURS, {"feature_dir": "**", "story": "auto"})
    assert given.evidence == {"log": ("**/*/*/LOG.md",), "report": ("a.md", "*.md")}
    assert list(rule(given, "X-1", "scope/allowed-paths")["allowed"]) == ["api/**", "**"]


def test_story_from_the_evidence_is_no_glob() -> None:
    given = bound(OURS, {"story": templates.literally("**")})
    allowed = rule(given, "X-1", "scope/allowed-paths")["allowed"][1]
    assert globs.matches("plans/x/**/note.md", [allowed])
    assert not globs.matches("plans/x/S-1/note.md", [allowed])


LETTERS = st.characters(codec="utf-8", exclude_characters="/\0")
FOLDERS = st.text(LETTERS, min_size=1, max_size=8).filter(lambda name: name.strip("."))


@settings(max_examples=300, deadline=None)
@given(FOLDERS | st.sampled_from(["S-1", "!S", "#1", "a b", " ", "\n", "[id]", "a*b?", "*" * 9, "a\\", "{story}", "auto"]), FOLDERS)
def test_any_folder_of_the_evidence_binds_and_means_itself_alone(story: str, other: str) -> None:
    log = bound(OURS, {"story": templates.literally(story)}).evidence["log"]
    assert globs.matches(f"plans/x/{story}/LOG.md", log)
    assert globs.matches(f"plans/x/{other}/LOG.md", log) is (story == other)


@pytest.mark.parametrize(
    ("glob", "fine"),
    [
        ("**/src/**/*.test.*", True), ("**/a/**/b/**", True), ("a*b*c*d", True), ("*/*/*/*/*/x", True), ("\\*\\*\\*\\*[*]x", True),
        ("**/a/**/b/**/c", False), ("a*b*c*d*e", False), ("a*/b*/c*/d*", False), ("**/a/**/*b*c*", False), (" ", False),
    ],
)
def test_glob_that_would_backtrack_is_refused(glob: str, fine: bool) -> None:
    if fine:
        assert wildcards.modest(glob) == glob
    else:
        with pytest.raises(ValueError, match=r"too many wildcards|empty"):
            wildcards.modest(glob)


def test_severity_of_clause_rule_and_policy() -> None:
    def severities(changes: Mapping[str, ClauseChange]) -> list[tuple[str, list[str]]]:
        clauses = bound(OURS, changes=changes).clauses[:2]
        return [(clause.severity, [one.severity for one in clause.rules]) for clause in clauses]

    assert severities({}) == [("error", ["error"]), ("warning", ["error", "warning"])]
    assert severities({"X-1": ClauseChange("warning"), "X-2": ClauseChange("warning")}) == [
        ("warning", ["warning"]), ("warning", ["warning", "warning"]),
    ]
    one = ClauseChange(rules={"content/todo": RuleChange("warning", {}), "later/on": RuleChange("error", {})})
    assert severities({"X-2": one})[1] == ("warning", ["warning", "error"])


def test_parameter_of_the_policy_replaces_the_profiles_whole() -> None:
    change = ClauseChange(rules={"scope/allowed-paths": RuleChange(None, {"allowed": ["{story}/x"]})})
    given = rule(bound(OURS, {"story": "S"}, {"X-1": change}), "X-1", "scope/allowed-paths")
    assert (list(given["allowed"]), list(given["denied"])) == (["S/x"], ["web/**"])


def test_values_are_filled_in_deep_inside_a_parameter() -> None:
    change = ClauseChange(rules={"scope/allowed-paths": RuleChange(None, {"derived": {"x.lock": ["{story}/x", "{{story}}"]}})})
    given = rule(bound(OURS, {"story": "S"}, {"X-1": change}), "X-1", "scope/allowed-paths")
    assert given["derived"] == {"x.lock": ["S/x", "{story}"]}
    for wrong, says in (("{stor}", "{stor} is no template value"), ("a*b*c*d*e", "too many wildcards")):
        change = ClauseChange(rules={"scope/allowed-paths": RuleChange(None, {"derived": {"x.lock": [wrong]}})})
        assert says in refusal(OURS, changes={"X-1": change})


def test_rule_that_is_not_built_takes_any_parameter() -> None:
    change = ClauseChange(off="later", rules={"later/on": RuleChange(None, {"anything": 1})})
    clause = bound(OURS, changes={"X-4": change}).clauses[3]
    assert (clause.off, [(one.name, one.rule) for one in clause.rules]) == ("later", [("later/on", None)])


@pytest.mark.parametrize(
    ("values", "changes", "says"),
    [
        ({"featur_dir": "x"}, {}, "no template value 'featur_dir'; did you mean 'feature_dir'?"),
        ({"story": "../../x"}, {}, "leaves the repository"),
        ({"feature_dir": "/etc"}, {}, "leaves the repository"),
        ({"feature_dir": "C:/x"}, {}, "leaves the repository"),
        ({"feature_dir": "a*b*c*d*e"}, {}, "has too many wildcards"),
        ({}, {"X-11": ClauseChange(at="p.yaml:3")}, "p.yaml:3: the profile own has no clause 'X-11'; did you mean 'X-1'?"),
        ({}, {"X-2": ClauseChange(rules={"content/tod": RuleChange(None, {}, {"": "p.yaml:4"})})},
         "p.yaml:4: the clause X-2 has no rule 'content/tod'; did you mean 'content/todo'?"),
        ({}, {"X-3": ClauseChange(rules={"content/todo": RuleChange(None, {})})}, "no rule can stand here"),
        ({}, {"X-1": ClauseChange(rules={"scope/allowed-paths": RuleChange(None, {"alowed": []}, {"alowed": "p.yaml:5"})})},
         "p.yaml:5: clause X-1, scope/allowed-paths: unknown parameter 'alowed'; did you mean 'allowed'?"),
        ({}, {"X-1": ClauseChange(rules={"scope/allowed-paths": RuleChange(None, {"allowed": [["x"]]}, {"allowed": "p.yaml:5"})})},
         "p.yaml:5: clause X-1, scope/allowed-paths: allowed[0]: must be a text, and is a list"),
        ({}, {"X-1": ClauseChange(rules={"scope/allowed-paths": RuleChange(None, {"denied": ["{stor}"]}, {"denied": "p.yaml:5"})})},
         "p.yaml:5: clause X-1, scope/allowed-paths: {stor} is no template value of the profile own; did you mean 'story'?"),
        ({}, {"X-1": ClauseChange(rules={"scope/allowed-paths": RuleChange(None, {"allowed": ["**/a*a*a*a*b"]})})},
         "has too many wildcards"),
    ],
)
def test_wrong_value_or_change_is_refused(values: dict[str, str], changes: dict[str, ClauseChange], says: str) -> None:
    assert says in refusal(OURS, values, changes)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("mode: owned", "mod: owned", "own.yaml:14: clause X-2, content/todo: unknown parameter 'mod'; did you mean 'mode'?"),
        ("mode: owned", "mode: owed", "own.yaml:14: clause X-2, content/todo: mode: 'owed' is not possible; did you mean 'owned'?"),
        ("severity: error", "severity: eror", "own.yaml:14: severity: 'eror' is not possible; write error or warning"),
        ("content/todo", "content/tood", "own.yaml:14: clause X-2: there is no rule 'content/tood'; did you mean 'content/todo'?"),
        ("says: No TODO", "sais: No TODO", "own.yaml:11: clauses.X-2: unknown key 'sais'; did you mean 'says'?"),
        ("says: No TODO", 'says: " "', "own.yaml:10: clauses.X-2: the key 'says' is missing"),
        ("person: it is taste", "severity: error",
         "own.yaml:16: clauses.X-3: a clause has 'rules' or 'not_built', or else 'person'"),
        ("[later/on]}", "[later/on], person: me}",
         "own.yaml:17: clauses.X-4: a clause has 'rules' or 'not_built', or else 'person'"),
        ("[later/on]}", "[later/on, later/on]}", "'later/on' stands under 'rules' and 'not_built', or twice; keep one"),
        ("not_built: [later/on]\n  X-3", "not_built: [content/todo]\n  X-3", "'content/todo' stands under 'rules' and 'not_built'"),
        ("{severity: error, mode: owned}", "", "own.yaml:14: clauses.X-2.rules: 'content/todo' has no parameters; write {}"),
        ("{says: Taste, person: it is taste}", "", "own.yaml:16: there is no clause 'X-3' to drop"),
        ("evidence: {log", "evidence: {lgo", "own.yaml:4: evidence: unknown key 'lgo'; did you mean 'log'?"),
        ("{feature_dir}/{stage}/{story}/L", "{feature_dri}/L", "own.yaml: evidence.log: {feature_dri} is no template value"),
        ("story: auto", "story: [auto]", "own.yaml:3: values.story: must be a text, and is a list"),
        ("values: {", "valus: {", "own.yaml:3: unknown key 'valus'; did you mean 'values'?"),
    ],
)
def test_mistake_in_a_profile_names_file_line_and_nearest(old: str, new: str, says: str) -> None:
    assert OURS.count(old) == 1
    assert says in refusal(OURS.replace(old, new))


def test_profile_without_clauses_is_refused() -> None:
    assert refusal("spec: x\nclauses: {}").endswith("own.yaml:2: the profile has no clause; add one under 'clauses'")
    assert "the file is empty" in refusal("")


def test_values_as_numbers_and_words_stay_as_written() -> None:
    text = "values: {stage: 007, team: 12, flag: on}\nclauses: {A: {says: x, person: y}}"
    assert bound(text).values == {"stage": "007", "team": "12", "flag": "on"}


def test_doubled_braces_are_braces() -> None:
    text = "values: {a: b}\nevidence: {log: 'x{{a}}{a}'}\nclauses: {A: {says: x, person: y}}"
    assert bound(text).evidence == {"log": ("x{a}b",)}


# Where profiles come from


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/b", "a\\b", "..", "", ".hidden", "a..b", "C:x", "x\n", "x\0", "x" * 101, "x.yaml/../x", "é"]
)
def test_name_that_is_a_path_is_refused(name: str) -> None:
    def never(name: str) -> str | None:
        raise AssertionError(name)

    with pytest.raises(PolicyError, match="cannot be the name of a profile"):
        profile.read(name, never)


def test_projects_profile_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"\.agent-compliance/profiles/own\.yaml:1: the file is not UTF-8"):
        profile.read("own", lambda name: b"spec: \xff")


def test_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(PolicyError, match=r"there is no profile 'backend-enginer'.*did you mean 'backend-engineer'\?"):
        profile.read("backend-enginer")


def test_projects_profile_cannot_take_the_place_of_ours() -> None:
    with pytest.raises(PolicyError, match=rf"two profiles are called {V3}: .*'extends: {V3}'"):
        profile.read(V3, project(**{V3: f"extends: {V3}"}))


def test_profile_of_an_installed_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "acme.yaml"
    page.write_text(OURS, "utf-8")
    monkeypatch.setattr(catalog, "installed_profiles", lambda: {"acme": str(page), "gone": str(tmp_path / "gone.yaml")})
    assert {"acme", V3} < set(profile.names())
    assert [clause.id for clause in profile.load("acme").clauses] == ["X-1", "X-2", "X-3", "X-4"]
    with pytest.raises(PolicyError, match="of an installed plugin cannot be read"):
        profile.load("gone")


# A profile that extends another

CHILD = """
extends: own
values: {feature_dir: elsewhere}
evidence: {report: R.md}
clauses:
  X-1: {rules: {scope/allowed-paths: {denied: [x/**]}}}
  X-2: {severity: error, says: No TODO at all, rules: {content/todo: {mode: forbid}, later/on: }}
  X-3:
  X-4: {rules: {content/todo: {}}}
  X-5: {says: New, person: me}
"""


def test_extending_adds_changes_and_drops_and_says_so() -> None:
    given = profile.read("child", project(own=OURS, child=CHILD)).bind()
    assert [clause.id for clause in given.clauses] == ["X-1", "X-2", "X-4", "X-5"]
    allowed = rule(given, "X-1", "scope/allowed-paths")
    assert (list(allowed["denied"]), list(allowed["allowed"])) == (["x/**"], ["api/**", "elsewhere/*/*/**", "**"])
    second = given.clauses[1]
    assert (second.severity, second.says, [(one.name, one.severity) for one in second.rules]) == (
        "error", "No TODO at all", [("content/todo", "error")],
    )
    assert rule(given, "X-2", "content/todo")["mode"] == "forbid"
    assert [one.name for one in given.clauses[2].rules] == ["content/todo", "later/on"]
    assert given.evidence == {"log": ("elsewhere/*/*/LOG.md",), "report": ("R.md",)}
    assert given.spec == "a spec"
    assert given.differences == tuple(f"child differs from own: {one}" for one in (
        "X-1 sets denied of scope/allowed-paths to ['x/**']",
        "X-2 says: No TODO at all",
        "X-2 is error instead of warning",
        "X-2 loses the rule later/on",
        "X-2 sets mode of content/todo to 'forbid'",
        "X-3 is dropped",
        "X-4 gains the rule content/todo",
        "X-5 is added: New",
        "feature_dir is 'elsewhere'",
        "evidence report is R.md",
    ))


def test_every_difference_of_a_chain_is_told() -> None:
    third = "extends: child\nclauses: {X-5: , X-2: {rules: {content/todo: {severity: warning}}}}"
    given = profile.read("third", project(own=OURS, child=CHILD, third=third)).bind()
    assert given.differences[-2:] == ("third differs from child: X-5 is dropped",
                                      "third differs from child: X-2 weighs content/todo as warning")
    assert len(given.differences) == 12


def test_clause_becomes_a_persons_and_a_persons_becomes_a_rules() -> None:
    child = "extends: own\nclauses: {X-3: {not_built: [new/one]}, X-4: {person: me, rules: {later/on: }}}"
    clauses = profile.read("child", project(own=OURS, child=child)).bind().clauses
    assert [(clause.person, [one.name for one in clause.rules]) for clause in clauses[2:]] == [("", ["new/one"]), ("me", [])]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("extends: nobody", "there is no profile 'nobody'"),
        ("extends: child", "the profile child extends itself: child -> child"),
        ("extends: ../x", "cannot be the name of a profile"),
        ("extends: own\nclauses: {Y-1: }", "child.yaml:2: there is no clause 'Y-1' to drop; did you mean 'X-1'?"),
        ("extends: own\nclauses: {X-1: {rules: {content/todo: }}}", "'content/todo' has no parameters; write {}"),
        ("extends: own\nclauses: {X-1: {rules: {scope/allowed-paths: }}}", "a clause has 'rules' or 'not_built', or else 'person'"),
        ("extends: own\nclauses: {Z: {}}", "child.yaml:2: clauses.Z: the key 'says' is missing"),
        ("extends: own\nclauses: {X-1: , X-2: , X-3: , X-4: }", "the profile has no clause"),
    ],
)
def test_wrong_extension_is_refused(text: str, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        profile.read("child", project(own=OURS, child=text)).bind()
    assert says in str(caught.value)


def test_endless_chain_ends() -> None:
    with pytest.raises(PolicyError, match="extends itself: a -> b -> a"):
        profile.read("a", project(a="extends: b", b="extends: a"))
    with pytest.raises(PolicyError, match="end the chain"):
        profile.read("p0", lambda name: f"extends: p{int(name[1:]) + 1}" if name.startswith("p") else None)
