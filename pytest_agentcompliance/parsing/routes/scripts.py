"""Routes of JavaScript and TypeScript: Express, Fastify, NestJS, Hono, Next and Vercel."""

from collections.abc import Mapping

from pytest_agentcompliance.parsing.routes import Routes


def read(files: Mapping[str, str]) -> Routes:
    """The routes of the files among these that are of this language; never fails."""
    return Routes()
