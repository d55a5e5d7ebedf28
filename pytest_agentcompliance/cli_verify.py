"""The command ``agent-compliance verify``."""

import sys
from pathlib import Path

import click

from pytest_agentcompliance import terminal


@click.command("verify", short_help="Check a signed verdict: who signed it, and what it says.")
@click.argument("file", type=terminal.FILE)
@click.option("--key", "keys", multiple=True, type=terminal.FILE, metavar="PUBLIC",
              help="A public ed25519 key that is trusted, in PEM; may be repeated (default: those of the policy at base).")
@click.option("--repo", type=terminal.FOLDER, metavar="DIR", help="Hold it to this repository: its commit, its base, its policy.")
@click.option("--base", metavar="REV", help="With --repo: where the run started (default: what a trusted signer says, or CI).")
@click.option("--head", metavar="REV", help="With --repo: where it ended (default: what is checked out).")
@click.option("--policy", type=terminal.FILE, metavar="FILE", help="The policy from outside the repository that it was judged by.")
@click.option("--output", type=click.Choice(terminal.FORMATS), default="text", show_default=True, help="How to print it.")
@click.pass_context
def verify_command(
    ctx: click.Context, *, file: Path, keys: tuple[Path, ...], repo: Path | None, base: str | None, head: str | None,
    policy: Path | None, output: str,
) -> None:
    """Check FILE, which 'agent-compliance audit --output svr:FILE --sign-with KEY' wrote, without making the audit again.

    It says whose signature it has, which commit and which policy it speaks of, and which clauses were kept. With --repo these
    have to be the commit that is checked out, the merge base and the policy of that repository.

    Exit code 0: it is signed by a key that is trusted, the audit passed, and all that it was held to agrees. 1: one of these
    is not so. 2: the question or the policy is wrong. 3: it cannot be told: it is not signed, by a key that nobody trusts,
    or it is no verdict.
    """
    from pytest_agentcompliance import verification

    with terminal.patience() as step:
        step("reading the verdict")
        made = verification.verify(verification.Asked(file, keys, repo, base, head, policy))
    if output == "json":
        import json

        text = json.dumps(verification.as_json(made), indent=1, ensure_ascii=False) + "\n"
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    else:
        for style, line in verification.lines(made):
            click.echo(click.style(line, **terminal.STYLES[style]) if style else line)
    ctx.exit(made.exit_code)
