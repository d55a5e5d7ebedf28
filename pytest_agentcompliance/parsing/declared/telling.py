"""How choices are told of: what each is, what several are, and which names."""

from collections.abc import Iterable

from pytest_agentcompliance.parsing.choices import Choice

SEVERAL = {  # what is said of several
    "base has it already": "base has them already",
    "base imports it already": "base imports them already",
    "it is a package of this repository": "they are packages of this repository",
    "it holds types alone": "they hold types alone",
    "whoever uses the package brings it": "whoever uses the package brings them",
    "another dependency brings it": "other dependencies bring them",
    "it was there before": "they were there before",
    "it was a dependency of the work on the package before": "they were dependencies of the work on the package before",
}


def what(choice: Choice) -> str:
    """What a choice is; of a dependency also which kind of thing."""
    if choice.kind != "dependency":
        return choice.what
    from pytest_agentcompliance.parsing.manifests import ecosystem_of
    from pytest_agentcompliance.parsing.modules import kind_of

    kind = kind_of(choice.name, ecosystem_of(choice.path) or "")
    return f"{choice.what} ({kind})" if kind else choice.what


def of_many(choice: Choice) -> str:
    """What several dependencies are that changed in the same way."""
    if " moved from " in choice.what:
        return choice.what.replace("a dependency", "dependencies", 1)
    return "dependencies, each in another major version" if " major version " in choice.what else "new dependencies"


def listed(names: Iterable[str]) -> str:
    """The first of the names, each once."""
    some = list(dict.fromkeys(names))
    return ", ".join(some[:6]) + (f" and {len(some) - 6} more" if len(some) > 6 else "")
