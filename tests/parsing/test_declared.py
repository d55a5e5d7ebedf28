"""A document names a thing by its names, and not by words that only look like them; what it does not confirm does not count."""

from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.choices import Choice, Kind
from pytest_agentcompliance.parsing.declared import papers
from pytest_agentcompliance.parsing.declared.match import find, hits
from pytest_agentcompliance.parsing.declared.names import Names, names_of, roughly_of, technologies_of
from pytest_agentcompliance.parsing.declared.names import _table as table_of_technologies
from pytest_agentcompliance.parsing.declared.trace import untraced
from pytest_agentcompliance.parsing.defaults import AGENTS


def choice(name: str, kind: Kind = "dependency", family: str = "") -> Choice:
    return Choice(kind, name, "a", 1, "a new one", family=family)


def named(one: Choice, text: str, path: str = "PLAN.md") -> bool:
    return find(names_of(one), [papers.document(text, path)])[0] is not None


@pytest.mark.parametrize(
    ("name", "text", "is_named"),
    [
        ("pg", "we add `pg`", True),
        ("pg", "page, pg-boss, @shop/pg and src/pg/client.ts", False),
        ("pg", "Postgres for carts", True),
        ("ioredis", "Redis for sessions", True),
        ("ioredis", "a Redis-backed cache", True),
        ("ioredis", "node-redis and REDIS_URL", False),
        ("next", "the next page, next: nothing", False),
        ("next", "`next` and more", True),
        ("next", "- next", True),
        ("next", "| UI | next |", True),
        ("next", "Next.js 15", True),
        ("express", "to express an interest", False),
        ("express", "Express for the API", True),
        ("express", "add express@4", True),
        ("express", "the express package", True),
        ("express", "pnpm add express-session", False),
        ("@radix-ui/react-dialog", "dialogs from Radix UI", True),
        ("@radix-ui/react-dialog", "`@radix-ui/*`", True),
        ("@scope/pkg", "pkg", False),
        ("pkg", "@scope/pkg", False),
        ("left-pad", "left pad, left_pad", True),
        ("@aws-sdk/client-sqs", "the AWS SDK", True),
        ("@aws-sdk/client-sqs", "S3 for files", False),
        ("@types/node", "@types/node", True),
        ("github.com/acme/till/v2", "acme/till", True),
        ("socket.io", "Socket.IO for carts", True),
    ],
)
def test_dependencies(name: str, text: str, is_named: bool) -> None:
    assert named(choice(name), text) is is_named


@pytest.mark.parametrize(
    ("one", "text", "is_named"),
    [
        (choice("R2_BUCKET", "environment"), "set R2_BUCKET", True),
        (choice("R2_BUCKET", "environment"), "set `R2_*`", True),
        (choice("R2_BUCKET", "environment"), "set MY_R2_BUCKET and R2_BUCKETS", False),
        (choice("api.shipper.io", "host"), "call shipper.io", True),
        (choice("api.shipper.io", "host"), "rates come from Shipper", True),
        (choice("api.shipper.io", "host"), "shipping", False),
        (choice("api.openai.com", "host"), "OpenAI", True),
        (choice("0 3 * * *", "schedule", "scheduler"), "at `0 3 * * *`", True),
        (choice("QUEUES.MAIL", "schedule", "queue"), "the queue MAIL", True),
        (choice("tools", "folder"), "the tools for it", False),
        (choice("tools", "folder"), "in tools/", True),
        (choice("redis", "service"), "REDIS", True),
    ],
)
def test_others(one: Choice, text: str, is_named: bool) -> None:
    assert named(one, text) is is_named


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("no Redis", "PLAN.md"),
        ("Valkey instead of Redis", "PLAN.md"),
        ("we do not add a cache such as Redis", "PLAN.md"),
        ("## Alternatives considered\n\n- Redis\n", "PLAN.md"),
        ("| Cache | [e.g., Redis, Memcached] |", "TECH_STACK.md"),
        ("We do not use Redis here.", "PLAN.md"),
        ("There is no need to use Redis.", "PLAN.md"),
        ("- `ioredis` must not be added.", "PLAN.md"),
        ("Redis is forbidden.", "PLAN.md"),
        ("Out of scope: Redis", "PLAN.md"),
        ("goals:\n  - a\nnon_goals:\n  - add Redis\n", "SCOPE.yaml"),
        ("out_of_scope: [Redis]\n", "SCOPE.yaml"),
        ("## Removed\n\n- Redis\n", "TECH_STACK.md"),
        ("<!-- a cache, say Redis -->\n", "PLAN.md"),
        ("# Redis\n\nStatus: Proposed\n", "docs/adr/0001-cache.md"),
        ("# Redis\n\n## Status\n\nSuperseded by 7\n", "docs/adr/0001-cache.md"),
    ],
)
def test_what_does_not_count_is_told(text: str, path: str) -> None:
    hit, refused = find(names_of(choice("ioredis")), [papers.document(text, path)])
    assert hit is None
    assert refused is not None
    assert refused.refused


def test_what_counts_after_all() -> None:
    assert named(choice("ioredis"), "Replace Memcached with Redis.")
    assert named(choice("ioredis"), "Do not use Memcached but Redis.")
    assert named(choice("ioredis"), "Redis is not yet there; it must not be exposed.")
    assert named(choice("ioredis"), "non_goals:\n  - a\ngoals:\n  - Redis\n", "SCOPE.yaml")
    assert named(choice("ioredis"), "## Remove deprecated calls, add a queue\n\nIt lies in Redis.\n")
    assert named(choice("ioredis"), "<!-- note -->\nRedis\n<!-- open")
    assert named(choice("ioredis"), "## Alternatives\n\n- Valkey\n\n## Decision\n\nRedis\n")
    assert named(choice("ioredis"), "# Redis\n\nStatus: Accepted\n", "docs/adr/0001-cache.md")


REGISTER = """decisions:
  - {id: AD-1, question: Redis or Valkey?, decision: Valkey, decided_by: user}
  - {id: AD-2, question: May we add axios?, decision: "yes", decided_by: user}
  - {id: AD-3, question: Mail, decision: one provider, decided_by: user, packages: [nodemailer, mjml]}
  - {id: AD-4, question: Jobs, decision: BullMQ, decided_by: dev-planner}
  - {id: AD-5, question: Search, decision: Meilisearch, status: pending}
  - {id: AD-6, question: Payment, decision: Stripe, decided_by: user, status: rejected}
"""


@pytest.mark.parametrize(
    ("name", "label", "refused"),
    [
        ("axios", "AD-2", ""),
        ("nodemailer", "AD-3", ""),
        ("mjml", "AD-3", ""),
        ("ioredis", "AD-1", "its question names it, and its answer does not"),
        ("bullmq", "AD-4", "it was confirmed by 'dev-planner', an agent"),
        ("meilisearch", "AD-5", "it is not confirmed (pending)"),
        ("stripe", "AD-6", "it is 'rejected'"),
    ],
)
def test_register(name: str, label: str, refused: str) -> None:
    entries = list(papers.register(REGISTER, "ARCHITECTURAL-DECISIONS.yaml", AGENTS))
    hit, beside = find(names_of(choice(name)), entries)
    found = hit or beside
    assert found is not None
    assert (found.entry.label, found.refused, hit is None) == (label, refused, bool(refused))


def test_why_it_does_not_trace_is_told_with_what_is_nearest() -> None:
    entries = list(papers.register(REGISTER, "ARCHITECTURAL-DECISIONS.yaml", AGENTS))
    one = untraced(choice("memcached", "service"), entries, ())
    assert one is not None
    assert one.why == "no entry names it; nearest: AD-1 'Valkey'"
    lonely = untraced(choice("left-pad"), entries, ())
    assert lonely is not None
    assert lonely.why == "no entry names it; nothing is near it"
    assert untraced(choice("axios"), entries, ()) is None


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (choice("0 3 * * *", "schedule", "scheduler"), "a nightly job"),
        (choice("mail", "schedule", "queue"), "BullMQ sends mails"),
    ],
)
def test_a_story_that_speaks_of_such_a_job_declares_it(one: Choice, text: str) -> None:
    assert untraced(one, [papers.document(text, "PLAN.md")], ()) is None
    common = untraced(one, [papers.document("all queues, all schedules", "TECH_STACK.md", common=True)], ())
    assert common is not None
    assert not common.choice.minor
    technology = untraced(one, [papers.document("BullMQ, and cron", "TECH_STACK.md", common=True)], ())
    assert technology is not None
    assert technology.choice.minor
    other = untraced(one, [papers.document("a page", "PLAN.md")], ())
    assert other is not None
    assert not other.choice.minor


def test_the_technology_makes_a_file_lesser_and_its_name_declares_it() -> None:
    one = Choice("infrastructure", "api/Dockerfile", "api/Dockerfile", None, "a container image", ("Dockerfile",))
    roughly = untraced(one, [papers.document("Docker", "TECH_STACK.md")], ())
    assert roughly is not None
    assert roughly.choice.minor == "TECH_STACK.md 'Docker' decides for what it belongs to"
    assert untraced(one, [papers.document("write `api/Dockerfile`", "PLAN.md")], ()) is None


def test_a_variable_of_what_was_decided_is_lesser() -> None:
    one = untraced(choice("VALKEY_URL", "environment"), list(papers.register(REGISTER, "r.yaml", AGENTS)), ())
    assert one is not None
    assert one.choice.minor == "AD-1 'Valkey' decides for what it belongs to"


def test_an_entry_of_the_run_is_told_and_does_not_count() -> None:
    one = untraced(choice("ioredis"), (), [papers.document("x\nRedis\n", "docs/adr/2.md")])
    assert one is not None
    assert one.own is not None
    assert (one.own.line, one.why.endswith("docs/adr/2.md:2 names it, and came with the run")) == (2, True)


def test_the_table_is_read_as_yaml_would_read_it() -> None:
    import yaml

    raw = yaml.safe_load(files("pytest_agentcompliance.parsing.declared").joinpath("technologies.yaml").read_text(encoding="utf-8"))
    table = table_of_technologies()
    read = [(one.family, list(one.names), list(one.of)) for one in table.technologies]
    assert read == [(one["family"], one["names"], one["of"]) for one in raw["technologies"]]
    assert (table.words, table.scopes, table.hosts) == tuple(map(frozenset, (raw["words"].split(), raw["scopes"], raw["hosts"])))


def test_the_table_knows_families() -> None:
    assert [one.family for one in technologies_of(choice("ioredis"))] == ["cache"]
    assert roughly_of(choice("REDIS_URL", "environment")) == Names(("Redis",))
    assert not roughly_of(choice("SHOP_LIMIT", "environment"))


@settings(deadline=None, max_examples=150)
@given(
    st.text(alphabet="pg`nexRdis @/-.|#*\n[e.]:", max_size=80),
    st.sampled_from(["pg", "next", "@a/b", "ioredis", "A_B", ".", "(", "a" * 300]),
    st.sampled_from(["dependency", "environment", "host", "service", "package", "folder", "schedule", "target", "infrastructure"]),
)
def test_no_text_is_too_strange(text: str, name: str, kind: Kind) -> None:
    entry = papers.document(text, "docs/adr/x.md")
    for hit in hits(names_of(choice(name, kind)), entry):
        assert 1 <= hit.line <= text.count("\n") + 1
    untraced(choice(name, kind), [entry], [entry])
    list(papers.register(text, "r.yaml", AGENTS))
