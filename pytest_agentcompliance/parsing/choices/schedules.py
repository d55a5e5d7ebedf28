"""What a file sets to run by the clock or from a queue: crons of platforms, of workflows and of code, queues and workers."""

import re
from collections.abc import Iterator
from posixpath import basename

from pytest_agentcompliance.parsing.choices import Choice, fresh, lines, services
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.late import late

_VERCEL = late(r'"schedule"\s{0,20}:\s{0,20}"([^"\n]{1,100})"')
_YAML = late(
    r"^[ \t]*(?:-[ \t]+)?[\"']?(?:cron|[sS]chedule|schedule_expression|ScheduleExpression)[\"']?[ \t]*:"
    r"[ \t]*[\"']?([^\"'#\n]{4,100})",
    re.MULTILINE,
)
_FIELD = r"(?:\*|[0-9]{1,2})[0-9*/,-]{0,40}"
_DAY = r"[A-Z]{3}[A-Z,-]{0,40}"
_LAST = rf"(?:{_FIELD}|\?|L|{_DAY})(?:[ \t]+[0-9*/,-]{{1,20}})?"
_CRON = rf"(?:{_FIELD}[ \t]+){{2,3}}(?:{_FIELD}|\?|L)[ \t]+(?:{_FIELD}|{_DAY})[ \t]+{_LAST}"
_RATE = r"(?:rate|cron)\([ \t]*[\d*][^()\n]{0,60}\)"
_WHEN = late(rf"(?:{_CRON}|{_RATE}|@(?:hourly|daily|weekly|monthly|yearly|reboot|every [\w ]{{1,20}}))[ \t\r]*")
# A text in quotes that is a cron expression is one, wherever it stands.
_QUOTED = late(
    rf"[\"'`](?=[^\"'`\n]{{0,100}}[*?@(])({_CRON}|{_RATE}|@(?:hourly|daily|weekly|monthly|yearly|every [\w ]{{1,20}}))[\"'`]"
)
_CELERY = late(r"\b(beat_schedule\b|crontab\s{0,5}\(|add_periodic_task\s{0,5}\()")
_ADD_JOB = late(r"\badd_job\s{0,5}\([^()\n]{0,200}[\"'](cron|interval)[\"']")
_DECORATED = late(r"@(Cron|Interval|scheduled_job|periodic_task)\s{0,5}\(\s{0,40}([\w.]{1,80})")
_QUEUE = late(
    r"\bnew\s{1,5}(?:Bull|BullMQ\.|Bee)?(Queue|Worker|FlowProducer)(?:<[^<>()\n]{0,120}>)?\s{0,5}\(\s{0,40}"
    r"(?:[\"'`]([\w:.-]{1,80})[\"'`]|([A-Za-z_$][\w$.]{0,80}))\s{0,20}[,)]"
)
_REGISTERED = late(r"\bregisterQueue\(\s{0,20}\{\s{0,20}name\s{0,5}:\s{0,5}[\"'`]([\w:.-]{1,80})[\"'`]")
_QUEUES_USED = late(r"""["'](?:bull|bullmq|bee-queue|@nestjs/bull|@nestjs/bullmq)["']""")
_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
_CODE = frozenset({"python", "go", "ruby", "java", "kotlin", "hcl", "rust", "csharp", "elixir"}) | _SCRIPTS


def is_for(path: str, text: str = "") -> bool:
    """Whether files of this name, or with this first line, may set a schedule or a queue."""
    language = language_of(path, text)
    if language is not None and language.name == "sql":
        return "cron.schedule" in text
    if language is not None and language.name == "yaml":
        return services.is_for(path) or services.infrastructure(path) is not None
    return basename(path) in ("vercel.json", "crontab") or (language is not None and language.name in _CODE)


def taken(before: str, after: str, path: str) -> Iterator[Choice]:
    """The schedules and queues that a file at head has and the same file at base has not."""
    return fresh(_read, before, after, path)


def _read(text: str, path: str) -> Iterator[Choice]:
    name = basename(path)
    code = text if name == "vercel.json" else blanked(text, path)
    line = lines(code)
    for at, key, what in sorted(_found(code, path, name)):
        yield Choice("schedule", key, path, line(at), what, family="queue" if what.startswith("a queue") else "scheduler")


def _found(code: str, path: str, name: str) -> Iterator[tuple[int, str, str]]:
    language = language_of(path)
    kind = language.name if language else ""
    if name == "vercel.json":
        if '"crons"' in code:
            yield from ((one.start(), one[1], "a cron of Vercel") for one in _VERCEL.finditer(code))
    elif name == "crontab":
        yield from ((one.start(), one[0].strip(), "a cron") for one in re.finditer(rf"^{_CRON}", code, re.MULTILINE))
    elif kind == "yaml":
        told = "a schedule of a workflow" if path.startswith(".github/") else "a schedule"
        yield from ((one.start(1), one[1].strip(), told) for one in _YAML.finditer(code) if _WHEN.fullmatch(one[1]))
        yield from ((one.start(), one[0], told) for one in re.finditer(_RATE, code))
    else:
        yield from _in_code(code, kind)


def _in_code(code: str, kind: str) -> Iterator[tuple[int, str, str]]:
    yield from ((one.start(1), one[1], "a schedule in code") for one in _QUOTED.finditer(code))
    if kind == "python":
        yield from ((one.start(), one[1].rstrip("( "), "a periodic task of Celery") for one in _CELERY.finditer(code))
        yield from ((one.start(), f"add_job {one[1]}", "a scheduled job") for one in _ADD_JOB.finditer(code))
    yield from (
        (one.start(2), one[2], f"a scheduled method (@{one[1]})") for one in _DECORATED.finditer(code) if not one[2].isdigit()
    )
    if kind in _SCRIPTS and _QUEUES_USED.search(code):
        for one in _QUEUE.finditer(code):
            yield one.start(), one[2] or one[3], "a queue" if one[1] == "Queue" else f"a queue's {one[1]}"
        yield from ((one.start(1), one[1], "a queue") for one in _REGISTERED.finditer(code))
