"""YAML that is small to read and endless to build, that says one thing to a person and another to a loader, or that is no text."""

from tests.evasions.crafted import BACKEND, refused
from tests.evasions.harness import BASE, HONEST, LOCKED, POLICY, PROFILE, Expected, Must, Refused, Stage, Unread, attack, control

EVENTS = "YAML is read by its events, with bounds on bytes, depth and values; no loader builds anything."
STRICT = "What two readers could take for two things (a key twice, a merge, a tag, an anchor) is refused."
READ = "What a document of the run cannot be read for is a finding, at its line."
OVER = "A file that is over a bound of its reader is unread, and the clause is not judged."

DOCUMENTS = """\
spec: what the stage's backend agent was told
evidence:
  plan: "plans/**/PLAN.yaml"
  decisions: "plans/**/DECISIONS.yaml"
  blockers: "plans/**/BLOCKERS.md"
clauses:
  G-01: {says: "Only planned files change", rules: {scope/planned-files: {}}}
  G-02: {says: "Decisions are people's", rules: {decisions/valid: {}}}
  G-03: {says: "Blockers have a form", rules: {blockers/format: {}}}
  G-04: {says: "Ports stay", rules: {config/ports: {}}}
"""
DECISIONS = "plans/a/DECISIONS.yaml"
COMPOSE = "packages/backend/docker-compose.yml"
SERVICE = 'services:\n  web:\n    image: web\n    ports: ["9999:9999"]\n'


def bomb(levels: int = 10) -> str:
    """Ten aliases of ten aliases: ten to the tenth values, on a few lines."""
    rows = [f"x{k}: &x{k} [{', '.join([f'*x{k - 1}'] * 10)}]\n" for k in range(1, levels)]
    return "x0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(rows)


WIDE = BASE[PROFILE].replace("packages/backend/**", "**")  # a first introduction is no work of the backend alone


def first(stage: Stage, policy: str | bytes, profile: str | bytes = WIDE) -> None:
    """A first introduction: base has no policy, so that the run's own is read."""
    stage.found({POLICY: None, PROFILE: None})
    stage.commit("introduce the audit", {POLICY: policy, PROFILE: profile})


def documented(stage: Stage, path: str, content: str | bytes) -> None:
    """A run with a document, on a profile that reads documents."""
    stage.found({PROFILE: DOCUMENTS, DECISIONS: "decisions: []\n"})
    stage.commit("work", {path: content})


# The law


@attack(family="yaml_bombs", kind="alias bomb in a policy", defeated=EVENTS)
def policy_of_aliases(stage: Stage) -> Expected:
    """A policy of 400 bytes that stands for ten thousand million values."""
    first(stage, bomb() + BASE[POLICY])
    return Refused(2, f"{POLICY}:1:")


@control("policy_of_aliases", remarks=(LOCKED,))
def policy_of_many_values(stage: Stage) -> None:
    """A policy with 500 waivers, deep parameters, quoted globs, block texts and comments."""
    entry = '  - {rule: content/todo, path: "packages/old/%d/**", reason: "known: see #%d", by: "Ada", until: 2099-01-31}\n'
    waivers = "".join(entry % (k, k) for k in range(500))
    first(stage, f"# ours\nprofiles:\n  - name: gate\n    clauses: {{G-01: {{severity: error}}}}\nwaivers:\n{waivers}")


@attack(family="yaml_bombs", defeated=EVENTS)
def policy_of_brackets(stage: Stage) -> Expected:
    """A million opening brackets, on which libyaml's composer ends the process."""
    first(stage, "profiles: " + "[" * 1_000_000)
    return Refused(2, "nested more than") | Refused(2, "larger than")


@attack(family="yaml_bombs", defeated=EVENTS)
def profile_of_indents(stage: Stage) -> Expected:
    """A profile of a thousand steps to the right."""
    first(stage, BASE[POLICY], "".join(f"{' ' * k}a:\n" for k in range(1000)))
    return Refused(2, "nested more than")


@attack(family="yaml_bombs", defeated=EVENTS)
def profile_of_aliases(stage: Stage) -> Expected:
    """The bomb in the project's own profile."""
    first(stage, BASE[POLICY], bomb() + WIDE)
    return Refused(2, f"{PROFILE}:1:")


@attack(family="yaml_bombs", defeated=EVENTS)
def policy_of_a_hundred_thousand_keys(stage: Stage) -> Expected:
    """More keys than anybody reads."""
    first(stage, "".join(f"k{k}: v\n" for k in range(100_000)))
    return Refused(2, "values") | Refused(2, "larger than")


@attack(family="yaml_bombs", also_hides_from=("reviewers", "yaml.safe_load"), defeated=STRICT)
def key_twice(stage: Stage) -> Expected:
    """A clause twice: people read the first, loaders take the last."""
    again = '  G-04: {says: "No markers of unfinished work", rules: {content/todo: {allow: ["**"]}}}\n'
    first(stage, BASE[POLICY], WIDE + "\n" * 40 + again)
    return Refused(2, "stands here and on line")


@attack(family="yaml_bombs", also_hides_from=("reviewers",), defeated=STRICT)
def merged_key(stage: Stage) -> Expected:
    """A clause whose parameters are merged in from another place."""
    first(stage, "x: &x {off: 'we have none'}\nprofiles:\n  - name: gate\n    clauses:\n      G-04:\n        <<: *x\n")
    return Refused(2, "anchor")


@attack(family="yaml_bombs", defeated=STRICT)
def value_that_is_run(stage: Stage) -> Expected:
    """A tag that makes loaders of Python call a function."""
    first(stage, f"profiles: !!python/object/apply:os.system ['{stage.canary('yaml')}']\n")
    return Refused(2, "tag")


@attack(family="yaml_bombs", defeated=STRICT)
def second_document_of_a_policy(stage: Stage) -> Expected:
    """A second document behind the first: some loaders take it, some do not."""
    first(stage, "profiles:\n  - name: gate\n---\nprofiles:\n  - name: gate\n    clauses: {G-04: {off: 'no markers here'}}\n")
    return Refused(2, "second document")


@attack(family="yaml_bombs", defeated="What cannot be seen in a policy is refused, written out or by an escape.")
def policy_that_cannot_be_seen(stage: Stage) -> Expected:
    """A line of a policy that is turned around, and the escape for the end of a terminal's line."""
    first(stage, 'profiles:\n  - name: "gate\\e[2K\\e[1A"\n')
    refused(stage)
    return Refused(2, "U+001B")


@attack(family="yaml_bombs", defeated="What cannot be seen in a policy is refused, written out or by an escape.")
def policy_with_a_line_that_only_yaml_sees(stage: Stage) -> Expected:
    """A lone carriage return behind a comment: YAML begins a line there, an editor does not."""
    first(stage, "profiles:\n  - name: gate # ours\r    clauses: {G-04: {off: 'we have none'}}\n")
    refused(stage)
    return Refused(2, "U+000D")


@attack(family="yaml_bombs", defeated="A policy is UTF-8 without NULs, or it is refused.")
def policy_in_another_encoding(stage: Stage) -> Expected:
    """A policy in UTF-16, which YAML allows and a diff does not show."""
    first(stage, BASE[POLICY].encode("utf-16"))
    return Refused(2, "not UTF-8")


@attack(family="yaml_bombs", defeated="A policy is UTF-8 without NULs, or it is refused.")
def policy_behind_a_nul(stage: Stage) -> Expected:
    """A NUL, behind which some readers stop."""
    first(stage, "profiles:\n  - name: gate\n\0    clauses: {G-04: {off: 'we have none'}}\n")
    return Refused(2, "U+0000")


@attack(family="yaml_bombs", defeated="A text stays the text that is written: no number to base 60, no date, no truth in `on`.")
def value_that_is_another_one(stage: Stage) -> Expected:
    """A waiver until a day that is a sum of sixties, whose reason is a truth value."""
    entry = "  - {rule: content/todo, path: \"**\", reason: on, by: 22:22, until: 99:59:59}\n"
    first(stage, f"{BASE[POLICY]}waivers:\n{entry}")
    return Refused(2, "no date")


@control("value_that_is_another_one", remarks=(LOCKED,))
def values_that_look_like_others(stage: Stage) -> None:
    """Template values such as 1.10, 022 and 22:22, each the text that it is written as."""
    profile = f"values: {{version: '1', port: x, month: x}}\n{WIDE}"
    first(stage, "profiles:\n  - {name: gate, version: 1.10, port: 22:22, month: 022}\n", profile)


# Documents and settings of the run


@attack(family="yaml_bombs", kind="alias bomb in a document", defeated=READ)
def register_of_aliases(stage: Stage) -> Expected:
    """The register of decisions is a bomb."""
    documented(stage, DECISIONS, bomb() + "decisions: *x9\n")
    return Must("decisions/valid", DECISIONS)


@attack(family="yaml_bombs", defeated=READ)
def register_of_brackets(stage: Stage) -> Expected:
    """The register of decisions is a million brackets."""
    documented(stage, DECISIONS, "decisions: " + "[" * 1_000_000)
    return Must("decisions/valid", DECISIONS)


@attack(family="yaml_bombs", defeated=READ)
def register_that_says_it_twice(stage: Stage) -> Expected:
    """A decision with two answers, one confirmed by a person."""
    one = "  - {id: ARCH-001, question: q, decision: a, confirmed_by: ada, confirmed_by: dev-agent}\n"
    documented(stage, DECISIONS, f"decisions:\n{one}")
    return Must("decisions/valid", DECISIONS)


@attack(family="yaml_bombs", defeated=READ)
def register_that_is_run(stage: Stage) -> Expected:
    """A tag in the register that calls a function."""
    documented(stage, DECISIONS, f"decisions: !!python/object/apply:os.system ['{stage.canary('register')}']\n")
    return Must("decisions/valid", DECISIONS)


@attack(family="yaml_bombs", kind="alias bomb in a plan", defeated=EVENTS)
def plan_of_aliases(stage: Stage) -> Expected:
    """The plan is a bomb, and names nothing: what the run changes stands in no plan."""
    stage.found({PROFILE: DOCUMENTS, "plans/a/PLAN.yaml": "files: [packages/backend/src/users.ts]\n", DECISIONS: "decisions: []\n"})
    stage.commit("work", {"plans/a/PLAN.yaml": bomb(), f"{BACKEND}/late.ts": HONEST})
    return Must("scope/planned-files", f"{BACKEND}/late.ts")


@control("plan_of_aliases")
def plan_with_anchors(stage: Stage) -> None:
    """A plan of base with an anchor and its alias, as people write them, and a change that it names."""
    plan = f"shared: &shared\n  - {BACKEND}/late.ts\nfiles: *shared\n"
    stage.found({PROFILE: DOCUMENTS, "plans/a/PLAN.yaml": plan, DECISIONS: "decisions: []\n"})
    stage.commit("work", {f"{BACKEND}/late.ts": HONEST})


@attack(family="yaml_bombs", defeated=OVER)
def port_beside_a_bomb(stage: Stage) -> Expected:
    """A port in a compose file that has a bomb in one of its extension fields."""
    documented(stage, COMPOSE, f"{bomb(12).replace('x', 'x-')}{SERVICE}")
    return Must("config/ports", COMPOSE) | Unread(COMPOSE)


@attack(family="yaml_bombs", defeated=OVER)
def port_beside_deep_nesting(stage: Stage) -> Expected:
    """A port in a compose file with an extension field of 200 brackets, which compose takes."""
    documented(stage, COMPOSE, f"x-deep: {'[' * 200}{']' * 200}\n{SERVICE}")
    return Must("config/ports", COMPOSE) | Unread(COMPOSE)


@attack(family="yaml_bombs", defeated=OVER)
def port_behind_a_long_comment(stage: Stage) -> Expected:
    """A port in a compose file of more than a mebibyte, most of it a comment."""
    documented(stage, COMPOSE, f"# {'x' * (1 << 20)}\n{SERVICE}")
    return Must("config/ports", COMPOSE) | Unread(COMPOSE)


@attack(family="yaml_bombs", defeated=OVER)
def port_behind_a_tag(stage: Stage) -> Expected:
    """A port behind a tag that compose knows and careful loaders refuse."""
    documented(stage, COMPOSE, SERVICE.replace('["9999:9999"]', '!override ["9999:9999"]'))
    return Must("config/ports", COMPOSE) | Unread(COMPOSE)


@control("port_beside_a_bomb")
def compose_with_anchors(stage: Stage) -> None:
    """A compose file with anchors, merges and a port that base has; the run adds a variable to it."""
    text = f"x-env: &env {{A: 1}}\n{SERVICE}    environment:\n      <<: *env\n"
    stage.found({PROFILE: DOCUMENTS, COMPOSE: text, DECISIONS: "decisions: []\n", "plans/a/PLAN.yaml": f"files: [{COMPOSE}]\n"})
    stage.commit("work", {COMPOSE: text.replace("A: 1", "A: 1, B: 2")})
