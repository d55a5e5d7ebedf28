"""The policy: what a repository says of its audit, and how a mistake in it is told."""

import hashlib
import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance import policy, profile
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import strict_yaml
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.policy import Waiver, parse
from pytest_agentcompliance.profile import RuleChange
from pytest_agentcompliance.verdict import Finding

V3 = "dev-implement-backend-coder-v3"
SCHEMA = Path(__file__).parent.parent / "docs" / "schemas" / "policy.schema.json"
PRINT = "0123456789abcdef01234567"

FULL = f"""\
profiles:
  - name: {V3}
    feature_dir: plans/features/wishlist
    story: auto
    clauses:
      C3-10: {{severity: warning, rules: {{config/ports: {{severity: error, additions: allow}}}}}}
      C3-28: {{off: "we do not track tokens"}}
  - name: backend-engineer
evidence:
  log: plans/features/**/BACKEND-LOG.md
  transcript: [.claude/sessions/*.jsonl, other.jsonl]
waivers:
  - {{rule: content/todo, path: "packages/backend/x/**", reason: "moved later", by: "A. Person", until: 2027-01-31}}
  - {{finding: {PRINT}, reason: "known", by: "A. Person", until: 2027-02-28}}
"""


def refusal(text: str | bytes) -> str:
    with pytest.raises(PolicyError) as caught:
        parse(text, "agent-compliance.yaml")
    return str(caught.value)


def test_whole_policy_is_read() -> None:
    given = parse(FULL, "p.yaml")
    first, second = given.profiles
    assert (first.name, first.values, first.line) == (V3, {"feature_dir": "plans/features/wishlist", "story": "auto"}, 2)
    assert (second.name, second.values, second.clauses, second.line) == ("backend-engineer", {}, {}, 8)
    assert first.clauses["C3-28"].off == "we do not track tokens"
    ten = first.clauses["C3-10"]
    assert (ten.severity, ten.off, ten.at) == ("warning", "", "p.yaml:6")
    assert ten.rules == {"config/ports": RuleChange("error", {"additions": "allow"})}
    assert given.evidence == {
        "log": ("plans/features/**/BACKEND-LOG.md",), "transcript": (".claude/sessions/*.jsonl", "other.jsonl"),
    }
    assert given.waivers == (
        Waiver("moved later", "A. Person", date(2027, 1, 31), rule="content/todo", path="packages/backend/x/**"),
        Waiver("known", "A. Person", date(2027, 2, 28), finding=PRINT),
    )
    assert (given.source, given.digest) == ("p.yaml", hashlib.sha256(FULL.encode()).hexdigest())
    assert parse(FULL.encode(), "p.yaml") == given


def test_five_lines_are_enough() -> None:
    given = parse(f"profiles:\n- name: {V3}\n", "p.yaml")
    assert (given.evidence, given.waivers, len(given.profiles)) == ({}, (), 1)


def test_policy_binds_to_its_profile() -> None:
    [chosen, _] = parse(FULL, "p.yaml").profiles
    draft = profile.read(V3)
    chosen.check(draft)
    clauses = {clause.id: clause for clause in draft.bind(chosen.values, chosen.clauses).clauses}
    assert clauses["C3-28"].off == "we do not track tokens"
    assert [(one.name, one.severity) for one in clauses["C3-10"].rules] == [("config/ports", "error")]


@pytest.mark.parametrize("written", ["007", "2024-01-01", "on", "12", "1.10", "22:22", "true", "WISH-001", "'~'", "0x10", "1e3"])
def test_story_stays_as_written(written: str) -> None:
    [chosen] = parse(f"profiles: [{{name: x, story: {written}}}]", "p.yaml").profiles
    assert chosen.values == {"story": written.strip("'")}


def test_parameters_of_a_rule_stay_as_written_where_texts_are_wanted() -> None:
    text = f"profiles:\n- name: {V3}\n  clauses: {{C3-03: {{rules: {{scope/allowed-paths: {{allowed: [007, 12, on, true]}}}}}}}}"
    [chosen] = parse(text, "p.yaml").profiles
    [clause] = [clause for clause in profile.read(V3).bind({}, chosen.clauses).clauses if clause.id == "C3-03"]
    assert clause.rules[0].rule is not None
    assert list(clause.rules[0].rule.model_dump()["allowed"]) == ["007", "12", "on", "true"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("severity: warning", "severty: warning",
         "yaml:6: profiles[0].clauses.C3-10: unknown key 'severty'; did you mean 'severity'?"),
        ("severity: warning", "severity: warn",
         "yaml:6: profiles[0].clauses.C3-10.severity: 'warn' is not possible; did you mean 'warning'?"),
        ("severity: error", "severity: loud", "yaml:6: severity: 'loud' is not possible; write error or warning"),
        ("severity: error", "severity: [x]", "yaml:6: severity: ['x'] is not possible; write error or warning"),
        ("evidence:", "evidnce:", "yaml:9: unknown key 'evidnce'; did you mean 'evidence'?"),
        ("  log:", "  lgo:", "yaml:10: evidence: unknown key 'lgo'; did you mean 'log'?"),
        ("  log:", "  changes:",
         "yaml:10: evidence: unknown key 'changes'; the keys here are log, logs, story, plan, scope, decisions, blockers, intent,"),
        ("plans/features/**/BACKEND-LOG.md", "", "yaml:10: evidence.log: must be a list, and is empty"),
        ("plans/features/**/BACKEND-LOG.md", "[{a: b}]", "yaml:10: evidence.log[0]: must be a text, and is a mapping"),
        ("plans/features/**/BACKEND-LOG.md", "'a*b*c*d*e'", "yaml:10: evidence.log: the glob 'a*b*c*d*e' has too many wildcards"),
        ("plans/features/**/BACKEND-LOG.md", "**/BACKEND-LOG.md", 'yaml:10: the YAML is broken'),
        ("name: backend-engineer", "nam: backend-engineer",
         "yaml:8: profiles[1]: the key 'name' is missing; did you mean it by 'nam'?"),
        ("name: backend-engineer", f"name: {V3}", f"yaml:8: the profile {V3} is also chosen on line 2; make it one entry"),
        ("story: auto", "story: [auto]", "yaml:4: profiles[0].story: must be a text, and is a list"),
        ("story: auto", "story:", "yaml:4: profiles[0].story: must be a text, and is empty"),
        ("story: auto", "story: ../x", "yaml:4: profiles[0].story: '../x' leaves the repository"),
        ("story: auto", "name: again", "yaml:4: the key 'name' stands here and on line 2; keep one of them"),
        ('"we do not track tokens"', "", "yaml:7: profiles[0].clauses.C3-28.off: must be a text, and is empty"),
        ('"we do not track tokens"', "true", "yaml:7: profiles[0].clauses.C3-28.off: 'true' is no reason; say in a few words why"),
        ('"we do not track tokens"', "yes", "'yes' is no reason"),
        ('"we do not track tokens"', '"  "', "'  ' is no reason"),
        ('"we do not track tokens"', '"..."', "'...' is no reason"),
        ("rules: {config/ports: {severity: error, additions: allow}}", "rules: [config/ports]",
         "yaml:6: profiles[0].clauses.C3-10.rules: must be a mapping of keys, and is a list"),
        ("rules: {config/ports: {severity: error, additions: allow}}", "rules: {config/ports: off}",
         "yaml:6: profiles[0].clauses.C3-10.rules.config/ports: must be a mapping of keys, and is 'off'"),
        ('reason: "moved later", ', "", "yaml:13: waivers[0]: the key 'reason' is missing"),
        ('reason: "moved later"', 'reason: ""', "yaml:13: waivers[0].reason: '' is no reason"),
        ('reason: "known", by: "A. Person"', 'reason: "known", by: "-"', "yaml:14: waivers[1].by: nobody is named"),
        ('reason: "known", by: "A. Person", ', 'reason: "known", ', "yaml:14: waivers[1]: the key 'by' is missing"),
        (", until: 2027-01-31", "", "yaml:13: waivers[0]: the key 'until' is missing"),
        ("2027-01-31", "2027-02-30", "yaml:13: waivers[0].until: '2027-02-30' is no day of the calendar"),
        ("2027-01-31", "20270131",
         "waivers[0].until: 20270131 is no date; write the last day on which the waiver holds as 2027-01-31"),
        ("2027-01-31", "never", "waivers[0].until: 'never' is no date"),
        ("2027-01-31", "2027-01-31T00:00:00Z", "is no date"),
        ('path: "packages/backend/x/**", ', "", "yaml:13: waivers[0]: a waiver needs 'finding', or else 'rule' and 'path'"),
        ("rule: content/todo, ", "", "waivers[0]: a waiver needs 'finding', or else 'rule' and 'path'"),
        (f"finding: {PRINT}", f"finding: {PRINT}, rule: content/todo", "yaml:14: waivers[1]: a waiver has 'finding', or else"),
        (f"finding: {PRINT}", "finding: abc", "yaml:14: waivers[1].finding: 'abc' is no fingerprint"),
        ("rule: content/todo", "rule: todo", "yaml:13: waivers[0].rule: 'todo' is no name of a rule"),
    ],
)
def test_mistake_names_file_line_key_and_nearest(old: str, new: str, says: str) -> None:
    assert FULL.count(old) == 1 or old == "severity: error"
    message = refusal(FULL.replace(old, new))
    assert message.startswith("agent-compliance.yaml:")
    assert says in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "agent-compliance.yaml:1: the file is empty; it needs a mapping with the keys profiles, evidence, waivers"),
        ("# nothing\n", "the file is empty"),
        ("- name: x", "agent-compliance.yaml:1: the file holds a list at its top"),
        ("profiles:", "agent-compliance.yaml:1: profiles: must be a list, and is empty"),
        ("profiles: []", "agent-compliance.yaml:1: profiles: []: list should have at least 1 item"),
        ("profiles: x", "profiles: must be a list, and is 'x'"),
        ("profiles: [x]", "profiles[0]: must be a mapping of keys, and is 'x'"),
        ("profiles: {name: x}", "profiles: must be a list, and is a mapping"),
        ("evidence: {}", "agent-compliance.yaml:1: the key 'profiles' is missing"),
        ("profiles: [{name: x}]\nprofiles: [{name: y}]", "agent-compliance.yaml:2: the key 'profiles' stands here and on line 1"),
        ("profiles: [", "the YAML is broken"),
        (b"profiles: \xff", "agent-compliance.yaml:1: the file is not UTF-8"),
        ("profiles:\n- name: x\n  feature_dir: *\n", "agent-compliance.yaml:3: the YAML is broken"),
    ],
)
def test_broken_file_is_told(text: str | bytes, says: str) -> None:
    assert says in refusal(text)


def test_several_mistakes_are_told_at_once() -> None:
    told = refusal("profiles: [{name: x, clauses: {A: {of: no}}}]\nwaver: []\nwaivers: [{}]").split("\n")
    assert len(told) == 5


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("stroy: S-1", "p.yaml:3: unknown key 'stroy' for the profile dev-implement-backend-coder-v3; did you mean 'story'?"),
        ("clause: x", "p.yaml:3: unknown key 'clause' for the profile dev-implement-backend-coder-v3; did you mean 'clauses'?"),
        ("zzzz: 1", "the keys here are name, clauses, feature_dir, stage, story"),
    ],
)
def test_key_that_is_no_template_value_is_refused(key: str, says: str) -> None:
    given = parse(f"profiles:\n- name: {V3}\n  {key}\n", "p.yaml")
    with pytest.raises(PolicyError) as caught:
        given.check([profile.read(V3)])
    assert says in str(caught.value)


def test_waivers_rule_must_exist_or_be_awaited() -> None:
    drafts = [profile.read(V3)]
    waiver = 'waivers: [{rule: RULE, path: "**", reason: because, by: me, until: 2027-01-01}]'
    for known in ("content/todo", "config/ports"):
        parse(f"profiles: [{{name: {V3}}}]\n{waiver.replace('RULE', known)}", "p.yaml").check(drafts)
    wrong = parse(f"profiles: [{{name: {V3}}}]\n{waiver.replace('RULE', 'content/tood')}", "p.yaml")
    with pytest.raises(PolicyError, match=r"p.yaml:2: there is no rule 'content/tood'; did you mean 'content/todo'\?"):
        wrong.check(drafts)


def test_mistake_in_a_parameter_names_its_own_line() -> None:
    rules = "      rules:\n        scope/allowed-paths:\n          denied: []\n          alowed: []\n"
    [chosen] = parse(f"profiles:\n- name: {V3}\n  clauses:\n    C3-03:\n{rules}", "p.yaml").profiles
    with pytest.raises(PolicyError) as caught:
        profile.read(V3).bind({}, chosen.clauses)
    assert str(caught.value) == "p.yaml:8: clause C3-03, scope/allowed-paths: unknown parameter 'alowed'; did you mean 'allowed'?"


@pytest.mark.parametrize(
    ("waiver", "rule", "path", "excused"),
    [
        (Waiver("r", "b", date.max, rule="a/b", path="x/**"), "a/b", "x/y/z.ts", True),
        (Waiver("r", "b", date.max, rule="a/b", path="x/**"), "a/c", "x/y/z.ts", False),
        (Waiver("r", "b", date.max, rule="a/b", path="x/**"), "a/b", "y/x/z.ts", False),
        (Waiver("r", "b", date.max, rule="a/b", path="x/**"), "a/b", None, False),
        (Waiver("r", "b", date.max, rule="a/b", path="*.ts"), "a/b", "x/y/z.ts", True),
        (Waiver("r", "b", date.max, rule="a/b", path="x/**"), "a/b", "x/\udcff\n[id].ts", True),
        (Waiver("r", "b", date.max, rule="integrity/x", path="**"), "integrity/x", "x.ts", False),
        (Waiver("r", "b", date.max, finding=PRINT), "integrity/x", "x.ts", True),
        (Waiver("r", "b", date.max, finding=PRINT), "a/b", "anything", True),
        (Waiver("r", "b", date.max, finding=PRINT[::-1]), "a/b", "anything", False),
        (Waiver("r", "b", date.max), "", "anything", False),
    ],
)
def test_waiver_excuses_what_it_names_and_nothing_else(waiver: Waiver, rule: str, path: str | None, excused: bool) -> None:
    finding = Finding("m", Place(path) if path else None, fingerprint=PRINT)
    assert waiver.excuses(rule, finding) is excused


def test_waiver_by_fingerprint_excuses_no_finding_without_one() -> None:
    assert not Waiver("r", "b", date.max, rule="a/b").excuses("a/b", Finding("m"))


def test_waiver_holds_up_to_and_with_its_day() -> None:
    waiver = Waiver("r", "b", date(2027, 1, 31), finding=PRINT)
    assert [waiver.expired(date(2027, 1, day)) for day in (30, 31)] == [False, False]
    assert waiver.expired(date(2027, 2, 1))


def test_published_schema_is_that_of_the_code() -> None:
    make = "python -c 'import json; from pytest_agentcompliance import policy; print(json.dumps(policy.schema(), indent=2))'"
    assert json.loads(SCHEMA.read_text("utf-8")) == policy.schema(), f"write it anew: {make} > docs/schemas/policy.schema.json"


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (FULL, True),
        ("profiles: [{name: x, story: 007}, {name: y, story: 7}]", True),
        ("profiles: []", False),
        ("profiles: [{story: x}]", False),
        ("profiles: [{name: x, clauses: {A: {severty: error}}}]", False),
        ("profiles: [{name: x}]\nwaivers: [{rule: a/b, reason: r, by: b, until: 2027-01-01}]", False),
        ("profiles: [{name: x}]\nwaivers: [{rule: a/b, path: c, finding: d, reason: r, by: b, until: 2027-01-01}]", False),
        ("profiles: [{name: x}]\nevidence: {logg: x}", False),
    ],
)
def test_schema_and_code_agree(text: str, valid: bool) -> None:
    data, _ = strict_yaml.read(text, "p.yaml")
    checker = jsonschema.Draft202012Validator(policy.schema())
    assert checker.is_valid(data) is valid
    if valid:
        parse(text, "p.yaml")
    else:
        refusal(text)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_policy_with_a_piece_cut_out_or_put_in_is_read_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FULL)))
    end = data.draw(st.integers(start, min(len(FULL), start + 12)))
    piece = data.draw(st.text(st.sampled_from(":-{}[]*&!#'\"\n ,x7~"), max_size=4))
    told = "p.yaml:"
    try:
        parse(FULL[:start] + piece + FULL[end:], "p.yaml")
    except PolicyError as wrong:
        told = str(wrong)
    assert told.startswith("p.yaml:")


@pytest.mark.parametrize(
    "text",
    [
        "profiles: [{name: x, story: '/LONG'}]", "evidence: {log: 'a*b*c*d*e*LONG'}\nprofiles: [{name: x}]", "profiles: LONG",
        "profiles: [{name: x}]\nwaivers: [{finding: LONG, reason: LONG, by: b, until: LONG}]",
        "profiles: [{name: x, clauses: {A: {severity: LONG, rules: {a/b: {severity: LONG}}}}}]",
    ],
)
def test_message_stays_short_whatever_is_written(text: str) -> None:
    assert len(refusal(text.replace("LONG", "long" * 50_000))) < 700
