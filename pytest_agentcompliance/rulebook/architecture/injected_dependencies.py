"""architecture/injected-dependencies: a service is handed its clients and repositories, and builds none."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.evidence.fresh import Keyed
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: the reader is imported when a file is a candidate
    from pytest_agentcompliance.parsing.built_clients import Built

SERVICES = [
    "**/services/**", "**/service/**", "**/usecases/**", "**/use-cases/**", "**/use_cases/**",
    # a program of its own, and no layer of one
    "!/services/*/**", "!**/services/*/src/**", "!**/services/*/app/**",
    "**/src/**/services/**", "**/app/**/services/**", "*.service.*", "*Service.*", "*_service.py", "*-service.*", "*.usecase.*",
]  # fmt: skip
EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/generated/**", "*.d.ts",
    "**/mocks/**", "**/__mocks__/**", "**/fixtures/**", "**/examples/**", "**/scripts/**", "**/migrations/**", "**/seeds/**",
    "**/cli/**", "**/bin/**", "*seed*", "*.module.*", "*factory*", "*container*", "*provider*", "*.config.*", "**/config/**",
    "**/di/**", "**/ioc/**", "**/deps.*", "**/dependencies.*", "**/main.*", "**/bootstrap.*", "**/__main__.py", "**/setup.*",
    "**/services/index.*", "**/services/__init__.py", "**/server.*", "**/app.*", "**/worker.*", "**/*initialization.py",
]  # fmt: skip
_SERVICE = re.compile(r"\w*(?:Service|UseCase|Interactor|Repository|Dao|DAO)(?:Impl)?")
_CLASS = re.compile(r"\bclass[ \t]+\w{0,100}?(?:Service|UseCase|Interactor|Repository|Dao|DAO)(?:Impl)?\b")
# A class whose work it is to hold a client, or to put others together.
_HOLDER = re.compile(
    r"\w*(?:Provider|Adapter|Client|Gateway|Factory|Container|Module|Builder|Registry|Connection|Connector|Driver|Backend|Transport|"
    r"Wrapper|Api|API|SDK|Database|DB|Cache|Storage|Store|Queue|Producer|Consumer|Publisher|Plugin|Config|Settings|Pool|Error|"
    r"Bus|Broker|Engine|Session|Manager|Injector|Initiali[sz]er|"
    r"Server|ServerCore|Application)"
)
_NAMED = 3  # names that a remark lists
_PART = re.compile(r"[A-Z]{2,8}(?=[A-Z][a-z]|[^A-Za-z]|\Z)|[A-Z]?[a-z]+\d?|[A-Z]\d?")
_TELLING = 3  # letters: a longer word is looked for within others, too
# Where a program is started.
_STARTS = re.compile(
    r"(?i)_*(?:main|run|serve|launch|startup|start_?(?:all|up|server|app)\w*|bootstrap\w*|lifespan|wire\w*|"
    r"initiali[sz]e_?(?:all|app|background|services)\w*)"
)
_BUILDS = re.compile(
    r"(?i)_*(?:cli|seed|migrate|"
    r"(?:create|make|build|get|init|initiali[sz]e|new|provide|setup|set_up|configure|connect|open|load|ensure|use|lazy|default)_?"
    r"(?:\w*(?:client|db|database|pool|conn|connection|engine|session|redis|prisma|stripe|openai|anthropic|supabase|s3|mailer|"
    r"transport|transporter|queue|storage|repo|repository|repositories|service|services|container|dependencies|deps|app|instance|"
    r"sdk|octokit|llm|cache|producer|gateway|mongo|api|bucket|twilio|resend|knex|kafka)s?))"
)  # fmt: skip
# A service that is the program's door to what it stores or sends, and one that looks whether something answers.
_HOLDS = re.compile(
    r"\w*(?:Store|Storage|Cache|Database|DB|Db|Queue|Client|Connection|Pool|Gateway|Adapter|Broker|Bus|Publisher)Service"
)
_SENDS = re.compile(
    r"\w*(?:Files?|Uploads?|Mail|Mailer|Emails?|Sms|SMS|WhatsApp|Telegram|Slack|Prisma|Drizzle|TypeOrm|Mongo|Postgres)Service"
)
_PROBES = re.compile(r"Health|Readiness|Liveness|Heartbeat")
_ASKS = re.compile(
    r"(?i)_*(?:check|ping|probe|test|verify|validate)_?\w{0,40}(?:redis|database|db|postgres|mongo|connection|connectivity|health|key|"
    r"credentials|storage|s3)|_*(?:is_?)?(?:health|alive|ready|reachable)\w{0,20}"
)
_BETWEEN = re.compile(r"[@/_.:-]+")
# Words of packages that tell nothing.
_COMMON = frozenset({"cloud", "generic", "node", "bun", "sdk", "google", "community", "project"})
# Other words by which a class says that it is there for one client.
_ALSO = {
    "createTransport": "mail smtp", "createPool": "database db mysql", "Pool": "database db pg postgres prisma drizzle",
    "create_engine": "database db", "create_async_engine": "database db", "PrismaClient": "prisma database db",
    "boto3.client": "aws s3 sqs sns ses bedrock dynamo", "boto3.resource": "aws s3 sqs sns dynamo",
    "SMTP": "mail email notification", "SMTP_SSL": "mail email notification", "ses": "mail email", "sesv2": "mail email",
    "s3": "storage upload", "sns": "notification", "sqs": "queue", "minio": "storage upload",
    "twilio": "sms whatsapp", "Twilio": "sms whatsapp", "TwilioClient": "sms whatsapp",
    "Octokit": "github", "WebClient": "slack", "MongoClient": "database db", "createClient": "supabase redis",
    "create_client": "supabase", "Database": "database db sqlite", "Resend": "mail", "SESClient": "mail aws",
    "SESv2Client": "mail aws", "Storage": "storage gcs", "Redis": "redis cache", "Queue": "queue", "SQSClient": "queue",
    "AsyncOpenAI": "openai llm ai chat embedding embeddings whisper", "GoogleGenAI": "gemini llm ai",
    "OpenAI": "openai llm gpt ai chat embedding embeddings whisper",
    "Anthropic": "anthropic claude llm ai chat", "genai.Client": "gemini llm ai",
    "AsyncAnthropic": "anthropic claude llm ai chat", "GoogleGenerativeAI": "gemini llm ai",
    "S3Client": "s3 storage upload wasabi bucket spaces minio",
    "QdrantClient": "qdrant vector", "sqlite3.connect": "sqlite database db",
    "aiosqlite.connect": "sqlite database db",
}  # fmt: skip


class InjectedDependencies(Rule):
    """A service is handed its clients and repositories, and builds none itself.

    Why: a service that builds its client can only be tested against what that client talks to, and opens a connection of its own
    beside those that the program has. One that is handed it can be tested with another.

    Services are files that ``services`` names, and classes called Service, UseCase, Interactor, Repository or Dao. Reported is a
    client that one builds (`new PrismaClient()`, `new Redis()`, `create_engine()`, and those of some hundred packages, by name
    and import), and a repository, service or client of the project that is built of nothing that was handed in. A service called
    as what it builds (StripeService builds Stripe), or for what others store or send (StorageService, EmailService), one that
    looks whether something answers (HealthService, `checkRedis()`), one that builds a repository of a session or setting of its
    own, and a client of a key that is looked up first, leave a remark. Kept are defaults (`client or OpenAI()`, `repo = new
    Repo()`), what is built of an argument of the call (a transaction, a key of the user), functions that build and hand out or
    that start a program, static factories and protected ones, classes that hold a client by their name (Provider, Adapter,
    Gateway), a module that only has the client, and modules, factories, containers, scripts and tests. What moved is not new.

    Blind spots: services that neither path nor name tells; a singleton that is imported from another module; sessions out of a
    factory of the project (`SessionLocal()`); HTTP clients; packages that the table does not have; other languages.
    """

    services: list[str] = Field(default=SERVICES, description="Globs of files that hold services.")
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are left out, beside those of tests; a later !glob takes files out again."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        endings=ENDINGS,
        contains=(
            rb"new [A-Z]", rb"create[_A-Z]\w{2,20}\(", rb"postgres\(", rb"knex\(", rb"twilio\(",
            rb"\.(?:connect|client|resource|from_url|create_pool|Client)\(",
            rb"(?:Client|AI|Redis|Anthropic|Repository|Repo|Service|Gateway|Groq|Mistral|Search|Pinecone|Minio|Producer|Prisma|SMTP|"
            rb"DAO|Dao|UseCase|sessionmaker|driver|Session)\(",
        ),
    )  # fmt: skip
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Let the service be handed it (a parameter of its constructor or of the function), and build it where the program is put "
        "together: the module, the container, the dependency of the framework, main.",
    )
    examples = (
        Example(
            "A client that a service builds is reported: as a field, in a constructor, in a method, at the top of its file.",
            after={
                "src/order.service.ts": "import Redis from 'ioredis'\n\n@Injectable()\nexport class OrderService {\n"
                                        "  private readonly redis = new Redis(process.env.REDIS_URL)\n"
                                        "  async pay(id: string) {\n    const db = new PrismaClient()\n"
                                        "    return db.order.findFirst({ where: { id } })\n  }\n}\n",
                "src/services/mail.ts": "import { Kafka } from 'kafkajs'\n\nconst kafka = new Kafka({ brokers: [] })\n\n"
                                        "export async function send(to: string) {\n  const one = kafka.producer()\n"
                                        "  await one.connect()\n  await one.send(to)\n}\n",
                "app/services/report.py": "from openai import OpenAI\nfrom sqlalchemy import create_engine\n\n\nclass Reports:\n"
                                          "    def __init__(self):\n        self.engine = create_engine(URL)\n\n"
                                          "    def write(self, text):\n        return OpenAI().responses.create(input=text)\n",
            },
            finds=("app/services/report.py:7", "app/services/report.py:10", "src/order.service.ts:5", "src/order.service.ts:7",
                   "src/services/mail.ts:3"),
        ),
        Example(
            "So is a repository or another service of the project.",
            after={
                "src/users/user.service.ts": "import { UserRepository } from './user.repository'\n\nexport class UserService {\n"
                                             "  private users = new UserRepository()\n}\n",
                "app/billing.py": "from app.mails import MailService\n\n\nclass BillingService:\n    def bill(self):\n"
                                  "        MailService().send('a')\n",
            },
            finds=("app/billing.py:6", "src/users/user.service.ts:4"),
        ),
        Example(
            "A service that is there for one client, and a repository that is built of what was handed in, leave a remark.",
            after={
                "src/stripe.service.ts": "import Stripe from 'stripe'\n\nexport class StripeService {\n  private stripe: Stripe\n"
                                         "  constructor(config: ConfigService) {\n"
                                         "    this.stripe = new Stripe(config.get('KEY'))\n  }\n}\n",
                "app/users_service.py": "from app.users import UserRepository\n\n\nclass UserService:\n"
                                        "    def __init__(self, session):\n        self.users = UserRepository(session)\n",
            },
            styles=("app/users_service.py:6", "src/stripe.service.ts:6"),
        ),
        Example("What is handed in is kept, and a default for it.", after={
            "src/a.service.ts": "import Redis from 'ioredis'\nimport { Repo } from './repo'\n\nexport class AService {\n"
                                "  constructor(private db: PrismaClient, private repo = new UserRepository(), redis?: Redis) {\n"
                                "    this.redis = redis ?? new Redis()\n  }\n}\n",
            "app/a_service.py": "from openai import OpenAI\n\n\nclass AService:\n    def __init__(self, client=None, other=None):\n"
                                "        self.client = client or OpenAI()\n        if other is None:\n"
                                "            other = OpenAI()\n",
        }),
        Example("So is what is built of an argument of the call, and what builds and hands out.", after={
            "src/services/a.ts": "import OpenAI from 'openai'\nimport { UserRepository } from './users'\n\n"
                                 "export async function ask(key: string, text: string) {\n"
                                 "  const client = new OpenAI({ apiKey: key })\n  return client.responses.create({ input: text })\n"
                                 "}\nexport class AService {\n  rename(id: string) {\n    return this.db.transaction((tx) => {\n"
                                 "      return new UserRepository(tx).rename(id)\n    })\n  }\n"
                                 "  static create() {\n    return new AService(new PrismaClient())\n  }\n}\n",
            "app/services/clients.py": "import boto3\n\n\ndef get_s3_client():\n    return boto3.client('s3')\n\n\n"
                                       "class S3Storage:\n    def __init__(self):\n        self.s3 = boto3.client('s3')\n",
        }),
        Example("So is what a factory of the class builds, and one that another class may put its own in place of.", after={
            "app/services/files.py": "import boto3\n\n\nclass Files:\n    @classmethod\n    def from_settings(cls):\n"
                                     "        client = boto3.client('s3')\n        return cls(client=client)\n",
            "src/oidc.service.ts": "import Redis from 'ioredis'\n\nexport class OidcService {\n"
                                   "  protected createRedis(): Redis {\n    return new Redis(this.url)\n  }\n}\n",
        }),
        Example(
            "A service that stores or sends for the others, or looks whether something answers, leaves a remark.",
            after={
                "src/elasticsearch.service.ts": "import { Client } from '@elastic/elasticsearch'\n\n"
                                                "export class ElasticsearchService {\n  client = new Client({})\n}\n",
                "src/health.service.ts": "import Redis from 'ioredis'\n\nexport class HealthService {\n  async redis() {\n"
                                         "    const client = new Redis(url)\n    await client.ping()\n  }\n}\n",
            },
            styles=("src/elasticsearch.service.ts:4", "src/health.service.ts:5"),
        ),
        Example("So are modules, factories, main, tests, and a module that only has the client.", after={
            "src/services/db.ts": "export const db = new PrismaClient()\nexport const get = () => db\n",
            "src/app.module.ts": "export const service = { provide: 'DB', useFactory: () => new PrismaClient() }\n",
            "src/order.service.test.ts": "class OrderService {\n  db = new PrismaClient()\n}\n",
            "src/main.ts": "import { OrderService } from './order.service'\n\n"
                           "const service = new OrderService(new PrismaClient())\n",
        }),
        Example(
            "What base had is kept, and what moved.",
            before={"src/a.service.ts": "export class AService {\n  db = new PrismaClient()\n}\n"},
            after={"src/b.service.ts": "import a from 'a'\n\nexport class AService {\n  db = new PrismaClient({ log: [] })\n}\n"},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        touched = [one for one in self.touched(changes) if self._is_asked(one.path)]
        things: Keyed[Built] = Keyed(self._read, _key, _lines, near=_lines)
        mild: dict[tuple[str, str], list[Built]] = {}
        for change, one in things.new(changes, touched, lambda path: self.searched(path) and self._is_asked(path)):
            if _is_mild(change.path, one):
                mild.setdefault((change.path, _who(one)), []).append(one)
            else:
                says = f"{_who(one)} builds {one.callee} itself: it is not handed in"
                yield Finding(says, Place(change.path, one.line), evidence=_key(one))
        for (path, who), all_of_it in mild.items():  # a service often has many repositories of one session
            names = list(dict.fromkeys(one.callee for one in all_of_it))
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            says = f"{who} builds {', '.join(names[:_NAMED])}{more} itself, for which it may be there, or of what it was handed"
            yield Finding(says, Place(path, all_of_it[0].line), "style", evidence=f"{who}: {' '.join(sorted(names))}"[:2000])

    def _is_asked(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test

        return not is_test(path) and not matches(path, self.exempt)

    def _read(self, path: str, text: str) -> "tuple[Built, ...]":
        from pytest_agentcompliance.parsing.built_clients import built

        named = matches(path, self.services)
        if not named and not _CLASS.search(text):
            return ()
        return tuple(one for one in built(path, text) if _is_service(one, named) and not _is_kept(one))


def _is_service(one: "Built", named: bool) -> bool:
    """Whether it stands in a service: by the name of its class, else by the path of its file."""
    if one.classes:
        name = one.classes[-1]
        return _SERVICE.fullmatch(name) is not None or (named and _HOLDER.fullmatch(name) is None)
    return named


def _is_kept(one: "Built") -> bool:
    if one.fallback or one.handed or any(_STARTS.fullmatch(name) is not None for name in one.functions):
        return True
    if one.classes:
        return one.static and one.returned
    if not one.functions:
        return one.own or one.alone
    return one.returned or any(_BUILDS.fullmatch(name) is not None for name in one.functions)


def _is_mild(path: str, one: "Built") -> bool:
    """Whether who builds it may be there for just that, or built it of what was handed in."""
    name = one.classes[-1] if one.classes else ""
    if one.own or one.looked_up:  # what only lies among services may be there to put them together
        return one.configured or one.offered or _SERVICE.fullmatch(name) is None or _HOLDS.fullmatch(name) is not None
    if any(kind.fullmatch(name) for kind in (_HOLDS, _SENDS)) or _PROBES.search(name):
        return True
    if any(_ASKS.fullmatch(function) for function in one.functions):
        return True
    callee = [part.removesuffix("Client").removeprefix("Async").removeprefix("IO") for part in one.callee.split(".")]
    last = one.callee.rpartition(".")[2]
    about = [_ALSO.get(one.callee, _ALSO.get(last, "")), *(f"{word} {_ALSO.get(word, '')}" for word in one.about)]
    words = [*callee, *(word for word in _BETWEEN.sub(" ", " ".join(about)).split() if word not in _COMMON)]
    name = f"{name} {path.rpartition('/')[2]}"
    parts = {part.lower() for part in _PART.findall(name)}
    return any(word.lower() in parts or (len(word) > _TELLING and word.lower() in name.lower()) for word in words)


def _who(one: "Built") -> str:
    return one.classes[-1] if one.classes and one.classes[-1] else "the service"


def _key(one: "Built") -> str:
    return f"{' '.join(one.classes)} {one.callee}".strip()


def _lines(one: "Built") -> Iterator[int]:
    yield from range(one.line, one.last + 1)
