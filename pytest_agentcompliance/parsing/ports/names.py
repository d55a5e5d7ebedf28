"""Which names hold a port, and whether it is that of a server of one's own or of somebody else's."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pytest_agentcompliance.parsing.ports.declared import word_set

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NO_PORTS = frozenset(("im", "ex", "re", "sup", "trans", "view", "air", "pass", "rap", "from", "to", "rule"))
_AFTER = frozenset(("default", "number", "num", "value", "min", "start", "base", "env", "http", "https", "dev"))
_PUBLIC = re.compile(r"(?:VITE|NEXT_PUBLIC|REACT_APP|PUBLIC|EXPO_PUBLIC|NUXT_PUBLIC|VUE_APP|NG_APP|GATSBY|STORYBOOK)_(.+)")
_OF_THE_DEV_SERVER = re.compile(r"(?:APP_|WEB_)?(?:DEV|DEV_SERVER|SERVER|PREVIEW|HMR|FRONTEND)?_?PORT")
# Words in a name, or in what stands around it, that say that the port is of a server that others run.
CLIENT = word_set(
    """
    db database databases databaseurl postgres postgresql pg pgsql pool pgbouncer bouncer mysql maria mariadb sql
    mssql sqlserver oracle redis valkey mongo mongodb rabbit rabbitmq amqp kafka broker smtp mail mailer mailhog
    mailpit email imap pop3 elastic elasticsearch es opensearch solr memcached memcache minio s3 clickhouse cassandra
    scylla nats mqtt ldap ftp sftp ssh proxy socks vault consul zookeeper etcd neo4j influx influxdb statsd graphite
    jaeger zipkin otlp otel datadog sentry loki qdrant chroma chromadb weaviate milvus typesense meili meilisearch
    ollama bull bullmq remote upstream target peer dest destination client clients connection connect connector
    credentials request transporter tunnel datasource sequelize knex drizzle prisma typeorm dynamo dynamodb localstack
    keycloak imgproxy celery
    """
)
_STORES = word_set(
    """
    5432 5433 3306 6379 6380 27017 27018 5672 9092 11211 1433 1521 25 465 587 2525 1025 389 636 22 21 443 9200 9042
    7687 1883 2181
    """
)


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in any case: ``DefaultHTTPPort`` is default, http, port."""
    return tuple(word.lower() for word in _WORD.findall(name[:120]))


@lru_cache(maxsize=4096)
def holds_port(name: str) -> bool:
    """Whether a name is that of a port: ``PORT``, ``httpPort``, ``DEFAULT_PORT``, ``port_number``; not ``viewport``."""
    if "port" not in name.lower():
        return False
    found = words(name)
    for at, word in enumerate(found):
        if word in ("port", "pgport", "httpport", "wsport") and all(rest in _AFTER for rest in found[at + 1 :]):
            return at == 0 or found[at - 1] not in _NO_PORTS
    return False


def of_client(names: Iterable[str], port: str = "") -> bool:
    """Whether a port is that of somebody else's server, by its name, by what stands around it, or as a store's own default."""
    said = tuple(names)
    if any(word in CLIENT or word == "pgport" for name in said for word in (*words(name), *name[:120].lower().split("_"))):
        return True
    if said and (public := _PUBLIC.fullmatch(said[0])) and not _OF_THE_DEV_SERVER.fullmatch(public[1]):
        return True
    return port in _STORES and all(set(words(name)) <= {"port", "default", "number"} for name in said[:1])
