"""Secrets: where a run may keep one, and how it may be dressed so that it is read as something else."""

from tests.evasions.harness import APP, BASE, CONFUSABLE, HIDDEN, PROFILE, Expected, Must, Stage, attack, control

SECRETS = "security/secrets"
GATE = 'spec: s\nclauses:\n  G-16: {says: "No secret in code", rules: {security/secrets: {}}}\n'
TOKEN = "ghp_" + "9fK2mQ7xLz4TnB8vRc3WpY6sHd1JgE5uAo0X"  # of nobody
KEY = f'export const key = "{TOKEN}"\n'
ANYWHERE = "Every file is read, whatever it is called and wherever it lies: tests, data, lock files and vendored code."
WORD = "What a comment says of itself excuses nothing."


def worked(stage: Stage, *commits: dict[str, str | bytes | None], message: str = "work") -> None:
    stage.found({PROFILE: GATE})
    for one in commits:
        stage.commit(message, one)


@attack(family="secrets", defeated=ANYWHERE)
def secret_in_a_test(stage: Stage) -> Expected:
    """A token among the fixtures of a test."""
    worked(stage, {"packages/backend/__tests__/fixtures/a.json": f'{{"key": "{TOKEN}"}}\n'})
    return Must(SECRETS, "packages/backend/__tests__/fixtures/a.json")


@control("secret_in_a_test")
def token_that_is_made_up(stage: Stage) -> None:
    """A token of a test that is plainly none, a digest, and a key that comes from the environment."""
    worked(stage, {
        "packages/backend/__tests__/a.test.ts": 'const token = "test-token"\nconst password = "changeme"\n',
        APP: f'{BASE[APP]}export const key = process.env.API_KEY\nexport const sum = "{"0" * 64}"\n',
    })  # fmt: skip


@attack(family="secrets", defeated=ANYWHERE)
def secret_in_a_lock_file(stage: Stage) -> Expected:
    """A token in the address of a package of a lock file."""
    worked(stage, {"package-lock.json": f'{{"resolved": "https://{TOKEN}@npm.pkg.github.com/a"}}\n'})
    return Must(SECRETS, "package-lock.json")


@attack(family="secrets", defeated=ANYWHERE)
def secret_in_vendored_code(stage: Stage) -> Expected:
    """A token in a folder of other people's code."""
    worked(stage, {"vendor/a.js": KEY})
    return Must(SECRETS, "vendor/a.js")


@attack(family="secrets", defeated=ANYWHERE)
def secret_in_the_output_of_a_notebook(stage: Stage) -> Expected:
    """A cell printed the token, and its output was kept."""
    cell = f'{{"cells": [{{"cell_type": "code", "outputs": [{{"text": ["token = {TOKEN}\\n"]}}], "source": []}}]}}\n'
    worked(stage, {"a.ipynb": cell})
    return Must(SECRETS, "a.ipynb")


@attack(family="secrets", defeated=ANYWHERE)
def secret_in_a_drawing(stage: Stage) -> Expected:
    """A token in a comment of an image."""
    worked(stage, {"a.svg": f"<svg><!-- {TOKEN} --></svg>\n"})
    return Must(SECRETS, "a.svg")


@attack(family="secrets", defeated="The end of the run is not all: what a commit held counts.")
def secret_that_came_and_went(stage: Stage) -> Expected:
    """One commit adds a file with a token, the next one deletes it; the history keeps it."""
    worked(stage, {"packages/backend/src/key.ts": KEY}, {"packages/backend/src/key.ts": None})
    return Must(SECRETS, None) | Must(HIDDEN, None)


@control("secret_that_came_and_went")
def file_that_came_and_went(stage: Stage) -> None:
    """A file without a secret does the same."""
    worked(stage, {"packages/backend/src/key.ts": "export const key = process.env.KEY\n"}, {"packages/backend/src/key.ts": None})


@attack(family="secrets", defeated="Messages of commits are read as files are.")
def secret_in_a_message(stage: Stage) -> Expected:
    """The token stands in the message of a commit."""
    worked(stage, {APP: BASE[APP] + "export const one = 1\n"}, message=f"work\n\nTry it with {TOKEN}.\n")
    return Must(SECRETS, None)


@attack(family="secrets", defeated="The target of a link is its content.")
def secret_in_a_link(stage: Stage) -> Expected:
    """A symbolic link points to an address with the token in it."""
    stage.found({PROFILE: GATE})
    (stage.root / "link").symlink_to(f"https://example.org/{TOKEN}")
    stage.commit("work")
    return Must(SECRETS, "link")


@attack(family="secrets", defeated=ANYWHERE)
def secret_in_the_address_of_a_submodule(stage: Stage) -> Expected:
    """A submodule is fetched with a password."""
    worked(stage, {".gitmodules": '[submodule "a"]\n\tpath = a\n\turl = https://ada:hunter2Zx9q@github.com/a/b\n'})
    return Must(SECRETS, ".gitmodules")


@attack(family="secrets", defeated=WORD)
def secret_that_a_pragma_allows(stage: Stage) -> Expected:
    """The line says that scanners may leave it alone."""
    worked(stage, {"a.py": f'KEY = "{TOKEN}"  # pragma: allowlist secret, gitleaks:allow, nosec\n'})
    return Must(SECRETS, "a.py")


@attack(family="secrets", defeated=WORD)
def secret_that_is_called_an_example(stage: Stage) -> Expected:
    """A comment beside the token says that it is an example."""
    worked(stage, {"a.py": f'KEY = "{TOKEN}"  # example\n'})
    return Must(SECRETS, "a.py")


@attack(family="secrets", defeated="A text is decoded by its byte order mark before it is read.")
def secret_in_utf_16(stage: Stage) -> Expected:
    """The file is UTF-16, which git calls binary."""
    worked(stage, {"a.txt": f"key = {TOKEN}\n".encode("utf-16")})
    return Must(SECRETS, "a.txt")


@attack(family="secrets", defeated="A file with a NUL is text like any other.")
def secret_behind_a_nul(stage: Stage) -> Expected:
    """A NUL makes git call the file binary."""
    worked(stage, {"a.bin": b"\0\0" + TOKEN.encode() + b"\n"})
    return Must(SECRETS, "a.bin")


@attack(family="secrets", defeated="A text with invisible characters is a finding of its own.")
def secret_with_an_invisible_character(stage: Stage) -> Expected:
    """A character without width stands in the middle of the token."""
    worked(stage, {"a.py": f'KEY = "{TOKEN[:9]}\u200b{TOKEN[9:]}"\n'})
    return Must(SECRETS, "a.py") | Must(CONFUSABLE, "a.py")


@attack(family="secrets", defeated="A long line is read to its end.")
def secret_in_a_long_line(stage: Stage) -> Expected:
    """The token stands behind a hundred thousand characters of minified code."""
    worked(stage, {"a.min.js": "x=" + "1;" * 60_000 + f'"{TOKEN}"\n'})
    return Must(SECRETS, "a.min.js")


@attack(family="secrets", defeated="What is used where the environment has no value is a value in code.")
def secret_as_a_default(stage: Stage) -> Expected:
    """The password is what an unset variable falls back to."""
    line = 'export const jwtSecret = process.env.JWT_SECRET || "q8Zk3mP0vN7yR2tL5wX9"\n'
    worked(stage, {APP: BASE[APP] + line})
    return Must(SECRETS, APP)
