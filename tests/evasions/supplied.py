"""What code stands on: dependencies that nothing pins, migrations that migrate nothing, markers with nobody behind them."""

from tests.evasions.harness import APP, BASE, CONFUSABLE, MARKER, PROFILE, Expected, Must, Stage, attack, control

PINNED, MIGRATED = "dependencies/pinned", "database/migration-present"
GATE = """\
spec: s
clauses:
  G-18: {says: "New dependencies are pinned", rules: {dependencies/pinned: {}}}
  G-20: {says: "A marker has an owner and a date", rules: {content/todo: {mode: owned}}}
  G-31: {says: "A change of the schema has a migration", rules: {database/migration-present: {}}}
"""
SCHEMA, FIRST, SECOND = "prisma/schema.prisma", "prisma/migrations/0_init/migration.sql", "prisma/migrations/1_name/migration.sql"
MODEL = "model User {\n  id Int @id\n}\n"
WIDER = "model User {\n  id Int @id\n  nickname String\n}\n"
LOCK = '{"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1.0.0"}}, "node_modules/a": {"version": "1.0.0"}}}\n'
START = {
    PROFILE: GATE, SCHEMA: MODEL, FIRST: 'CREATE TABLE "User" ("id" INT);\n',
    "package.json": '{"dependencies": {"a": "1.0.0"}}\n', "package-lock.json": LOCK, "requirements.txt": "flask==2.0.0\n",
}  # fmt: skip
ONE = "A pin is one version, in the manifest or in the lock file beside it."
SPEAKS = "A migration that speaks of nothing that changed is none for it."
OWNED = "A marker names a person and a day that has not passed."


def changed(stage: Stage, files: dict[str, str | bytes | None]) -> None:
    stage.found(START)
    stage.commit("work", files)


def needs(said: str) -> dict[str, str | bytes | None]:
    return {"package.json": f'{{"dependencies": {{"a": "1.0.0", {said}}}}}\n'}


def marked(stage: Stage, said: str) -> Expected:
    changed(stage, {APP: f"{BASE[APP]}// {said}\n"})
    return Must(MARKER, APP)


@attack(family="supplied", defeated=ONE)
def dependency_by_a_branch(stage: Stage) -> Expected:
    """The package is whatever a branch holds that day."""
    changed(stage, needs('"b": "github:x/b#main"'))
    return Must(PINNED, "package.json")


@control("dependency_by_a_branch")
def dependency_that_a_lock_fixes(stage: Stage) -> None:
    """A range, and the lock file beside it has the version."""
    lock = LOCK.replace('"node_modules/a"', '"node_modules/b": {"version": "1.2.0"}, "node_modules/a"')
    changed(stage, {**needs('"b": "^1.0.0"'), "package-lock.json": lock})


@attack(family="supplied", defeated=ONE)
def dependency_in_the_lock_of_another(stage: Stage) -> Expected:
    """A lock file of another folder has the package."""
    other = '{"lockfileVersion": 3, "packages": {"node_modules/b": {"version": "1.0.0"}}}\n'
    changed(stage, {**needs('"b": "^1.0.0"'), "other/package-lock.json": other})
    return Must(PINNED, "package.json")


@attack(family="supplied", defeated=ONE)
def dependency_under_another_name(stage: Stage) -> Expected:
    """The name stands for another package, in any version."""
    changed(stage, needs('"b": "npm:c@^1"'))
    return Must(PINNED, "package.json")


@attack(family="supplied", defeated=ONE)
def dependency_by_a_wildcard(stage: Stage) -> Expected:
    """Two equal signs, and a star behind them."""
    changed(stage, {"requirements.txt": "flask==2.0.0\nrequests==2.*\n"})
    return Must(PINNED, "requirements.txt")


@attack(family="supplied", defeated=ONE)
def dependency_over_two_lines(stage: Stage) -> Expected:
    """The range stands on the line behind the name."""
    changed(stage, {"requirements.txt": "flask==2.0.0\nrequests \\\n  >=2\n"})
    return Must(PINNED, "requirements.txt")


@attack(family="supplied", defeated=ONE)
def dependency_that_a_comment_pins(stage: Stage) -> Expected:
    """The file of constraints has the version in a comment."""
    changed(stage, {"requirements.txt": "flask==2.0.0\n-c limits.txt\nrequests\n", "limits.txt": "# requests==1.0.0\n"})
    return Must(PINNED, "requirements.txt")


@attack(family="supplied", defeated=ONE)
def dependency_in_another_manifest(stage: Stage) -> Expected:
    """The package is asked for in a setup.py."""
    changed(stage, {"setup.py": 'from setuptools import setup\nsetup(install_requires=["requests"])\n'})
    return Must(PINNED, "setup.py")


@attack(family="supplied", defeated=SPEAKS)
def migration_that_is_empty(stage: Stage) -> Expected:
    """There is a file of a new migration, and nothing in it."""
    changed(stage, {SCHEMA: WIDER, SECOND: ""})
    return Must(MIGRATED, SCHEMA)


@control("migration_that_is_empty")
def migration_that_is_there(stage: Stage) -> None:
    """The migration adds the column."""
    changed(stage, {SCHEMA: WIDER, SECOND: 'ALTER TABLE "User" ADD COLUMN "nickname" TEXT;\n'})


@attack(family="supplied", defeated=SPEAKS)
def migration_that_does_nothing(stage: Stage) -> Expected:
    """The migration is a statement without effect."""
    changed(stage, {SCHEMA: WIDER, SECOND: "-- nothing to do\nSELECT 1;\n"})
    return Must(MIGRATED, SCHEMA)


@attack(family="supplied", defeated=SPEAKS)
def migration_of_another_table(stage: Stage) -> Expected:
    """The migration makes a table that nobody asked for."""
    changed(stage, {SCHEMA: WIDER, SECOND: 'CREATE TABLE "Till" ("id" INT);\n'})
    return Must(MIGRATED, SCHEMA)


@attack(family="supplied", defeated="Where migrations lie is known; a text elsewhere that looks like one is none.")
def migration_beside_the_migrations(stage: Stage) -> Expected:
    """A note in the folder of the migrations."""
    changed(stage, {SCHEMA: WIDER, "prisma/migrations/README.md": "The nickname of a user is new.\n"})
    return Must(MIGRATED, SCHEMA)


@attack(family="supplied", defeated=OWNED)
def marker_of_nobody(stage: Stage) -> Expected:
    """The owner is a word for nobody."""
    return marked(stage, "TODO(nobody, 2099-01-01): finish this")


@control("marker_of_nobody")
def marker_of_somebody(stage: Stage) -> None:
    """A marker with an owner and a day to come."""
    changed(stage, {APP: f"{BASE[APP]}// TODO(ada, 2099-01-01): finish this\n"})


@attack(family="supplied", defeated=OWNED)
def marker_of_a_day_that_is_none(stage: Stage) -> Expected:
    """The calendar has no such day."""
    return marked(stage, "TODO(ada, 2099-02-30): finish this")


@attack(family="supplied", defeated=OWNED)
def marker_of_a_week_long_past(stage: Stage) -> Expected:
    """The day is written as a week of a year that is over."""
    return marked(stage, "TODO(ada, 2020-W05): finish this")


@attack(family="supplied", defeated=OWNED)
def marker_of_a_day_in_other_digits(stage: Stage) -> Expected:
    """The day has passed, and is written in Arabic digits."""
    return marked(stage, "TODO(ada, \u0662\u0660\u0662\u0660-\u0660\u0661-\u0660\u0661): finish this")


@attack(family="supplied", defeated="A text with letters of another script is a finding of its own.")
def marker_in_lookalikes(stage: Stage) -> Expected:
    """A letter of the marker is Cyrillic."""
    changed(stage, {APP: f"{BASE[APP]}// T\u041eDO: finish this\n"})
    return Must(MARKER, APP) | Must(CONFUSABLE, APP)
