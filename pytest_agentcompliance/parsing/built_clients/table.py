"""The clients that programs build: how they are called, and the packages that one of these must come from."""

import re

# Each row: the name by which it is built, then words of which one must stand in a module that the file imports; * is any module.
_SCRIPTS = """
PrismaClient *
Redis redis ioredis @upstash/redis
IORedis ioredis
Stripe stripe
OpenAI openai
AzureOpenAI openai
Anthropic @anthropic-ai
AnthropicBedrock @anthropic-ai
GoogleGenerativeAI @google
GoogleGenAI @google
Groq groq-sdk
Mistral @mistralai
CohereClient cohere-ai
MongoClient mongodb
Pool pg mysql2 @neondatabase generic-pool
Client pg @elastic @opensearch-project cassandra-driver minio @notionhq @temporalio @googlemaps postmark
Sequelize sequelize
DataSource typeorm
Kafka kafkajs
Queue bullmq bull
Resend resend
Twilio twilio
S3 aws-sdk @aws-sdk
SES aws-sdk @aws-sdk
SQS aws-sdk @aws-sdk
SNS aws-sdk @aws-sdk
DynamoDB aws-sdk @aws-sdk
S3Client @aws-sdk
SESClient @aws-sdk
SESv2Client @aws-sdk
SQSClient @aws-sdk
SNSClient @aws-sdk
DynamoDBClient @aws-sdk
LambdaClient @aws-sdk
SecretsManagerClient @aws-sdk
CognitoIdentityProviderClient @aws-sdk
BedrockRuntimeClient @aws-sdk
EventBridgeClient @aws-sdk
Storage @google-cloud
PubSub @google-cloud
Firestore @google-cloud
BigQuery @google-cloud
BlobServiceClient @azure
ServiceBusClient @azure
Database better-sqlite3 bun:sqlite sqlite3
DatabaseSync node:sqlite
Octokit octokit @octokit
WebClient @slack
Meilisearch meilisearch
MeiliSearch meilisearch
Pinecone @pinecone-database
QdrantClient @qdrant
Neo4jGraphQL neo4j
Typesense typesense
createTransport nodemailer
createPool mysql mysql2 generic-pool
createConnection mysql mysql2 typeorm mongoose
createClient redis @redis @supabase @libsql @clickhouse @vercel
createAdminClient supabase
createBrowserClient @supabase
createServerClient @supabase
postgres postgres
knex knex
twilio twilio
"""
_PYTHON = """
create_engine sqlalchemy sqlmodel
create_async_engine sqlalchemy
Redis redis
StrictRedis redis
Redis.from_url redis
redis.from_url redis
aioredis.from_url redis aioredis
MongoClient pymongo
AsyncMongoClient pymongo
AsyncIOMotorClient motor
psycopg2.connect psycopg2
psycopg.connect psycopg
asyncpg.connect asyncpg
asyncpg.create_pool asyncpg
sqlite3.connect sqlite3
aiosqlite.connect aiosqlite
boto3.client boto3
boto3.resource boto3
boto3.Session boto3
StripeClient stripe
OpenAI openai
AsyncOpenAI openai
AzureOpenAI openai
AsyncAzureOpenAI openai
Anthropic anthropic
AsyncAnthropic anthropic
Groq groq
Mistral mistralai
ChatOpenAI langchain_openai langchain
ChatAnthropic langchain_anthropic langchain
genai.Client google
storage.Client google
bigquery.Client google
firestore.Client google firebase_admin
Elasticsearch elasticsearch
AsyncElasticsearch elasticsearch
OpenSearch opensearchpy
QdrantClient qdrant_client
AsyncQdrantClient qdrant_client
PersistentClient chromadb
HttpClient chromadb
Pinecone pinecone
Minio minio
KafkaProducer kafka
AIOKafkaProducer aiokafka
BlobServiceClient azure
SendGridAPIClient sendgrid
TwilioClient twilio
WebClient slack_sdk
Neo4jDriver neo4j
GraphDatabase.driver neo4j
create_client supabase
Prisma prisma
smtplib.SMTP smtplib
smtplib.SMTP_SSL smtplib
"""
# What a module gives to who imports it under a name of its own.
DEFAULTS = {
    "ioredis": "Redis", "openai": "OpenAI", "stripe": "Stripe", "@anthropic-ai/sdk": "Anthropic", "groq-sdk": "Groq",
    "better-sqlite3": "Database",
}  # fmt: skip
# Classes of a project itself that are handed to a service, by how their names end.
OWN = re.compile(r"[A-Z]\w{0,80}(?:Repository|Repo|Dao|DAO|Gateway|Service|Client|UseCase)")


def _read(rows: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(modules) for name, *modules in (row.split() for row in rows.strip().split("\n"))}


SCRIPTS = _read(_SCRIPTS)
PYTHON = _read(_PYTHON)
NAMES = frozenset(name.rpartition(".")[2] for table in (SCRIPTS, PYTHON) for name in table)


def client_of(callee: str, modules: frozenset[str], python: bool) -> tuple[str, ...] | None:
    """The packages that a client may come from which a call or ``new`` builds, by its name and by what the file imports.

    None where it builds no client; no package where its name says enough.
    """
    table = PYTHON if python else SCRIPTS
    parts = callee.split(".")
    for name in (".".join(parts[-2:]), parts[-1]):
        packages = table.get(name)
        if packages is None or (name == parts[-1] and len(parts) > 1 and parts[0] in ("self", "this", "cls")):
            continue
        if packages == ("*",):
            return ()
        found = tuple(package for package in packages if any(_is_of(module, package) for module in modules))
        if found:
            return found
    return None


def _is_of(module: str, package: str) -> bool:
    return module == package or module.startswith((f"{package}/", f"{package}.", f"{package}-"))
