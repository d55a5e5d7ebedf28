"""``python -m pytest_agentcompliance``, which is the command ``agent-compliance``: quick to start, quick to end."""

import atexit
import gc
import os
import sys


def run() -> None:
    """Run the command and end the process with its exit code.

    An audit of a small change is mostly start-up, and a quarter of that is the collector walking over modules and
    the interpreter taking them apart again: both are of no use to a process that is about to end.
    """
    gc.set_threshold(400_000, 50, 100)
    if sys.argv[1:] == ["hook", "post-tool-use"]:
        from pytest_agentcompliance.hooks import door

        if door.is_idle(door.read()):  # an agent waits for this after each of its tools
            os._exit(0)
    from pytest_agentcompliance.cli import main

    if sys.stdout is None:  # closed by whoever started us, as with >&-
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    code: object = 1
    try:
        main()
    except SystemExit as end:
        code = end.code
        if isinstance(code, str):
            print(code, file=sys.stderr)
    status = 0 if code is None else code if isinstance(code, int) else 1
    atexit._run_exitfuncs()  # children are ended, temporary folders removed
    try:
        sys.stdout.flush()
        if sys.stderr is not None:
            sys.stderr.flush()
    except OSError:  # whoever read the output has gone
        status = status or 1
    os._exit(status)


if __name__ == "__main__":
    run()
