"""Secrets that nobody has to guess: what the environment of a command holds under the name of one, masked wherever it stands."""

import re
from collections.abc import Mapping

NAMES = re.compile(r"(?i)SECRET|TOKEN|PASSW|PASSPHRASE|KEY|CREDENTIAL")
SHORTEST = 8  # characters of a secret
# A path, an address, any word in small letters, or a text of several words, which could take those of a tool out of what it says.
_NONE = re.compile(r"(?:~|\.{0,2}/|[A-Za-z]:\\|[a-z]{2,9}://).*|.*\s.*|[a-z]{1,15}", re.DOTALL)
MOST = 500  # that are looked for
Secrets = Mapping[str, str]


def secrets(environ: Mapping[str, str]) -> Secrets:
    """The values that are masked, each with the name of its variable."""
    named = ((value, name) for name, value in sorted(environ.items()) if NAMES.search(name) and len(value) >= SHORTEST)
    found = {value: name for value, name in named if not _NONE.fullmatch(value)}
    return dict(sorted(found.items(), key=lambda one: len(one[0]), reverse=True)[:MOST])


def masked(text: str, known: Secrets) -> tuple[str, int]:
    """The text with the name of the variable in the place of each value, and how many there were."""
    there = [value for value in known if value in text]
    if not there:
        return text, 0
    return re.subn("|".join(map(re.escape, there)), lambda match: f"[masked: {known[match[0]]}]", text)
