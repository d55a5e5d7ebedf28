"""The command ``agent-compliance schema``: the published JSON schemas, as this version has them."""

import click

NAMES = ("audit", "policy", "profile", "task", "handoff")


@click.command("schema", short_help="Print a JSON schema: of the audit, the policy, a profile.")
@click.argument("name", type=click.Choice(NAMES))
def schema_command(name: str) -> None:
    """Print the JSON schema (draft 2020-12) of what this version writes or reads, for an editor or a program of your own.

    audit: what 'agent-compliance audit --output json' writes. policy: agent-compliance.yaml. profile: a profile. task and
    handoff: what an agent is given and what it hands over.
    """
    from importlib.resources import files  # start-up time

    home = files("pytest_agentcompliance")
    packed = home / "schemas"  # beside the code in a wheel, in docs/ in a checkout
    shelf = packed if packed.is_dir() else home / ".." / "docs" / "schemas"
    click.echo((shelf / f"{name}.schema.json").read_text("utf-8"), nl=False)
