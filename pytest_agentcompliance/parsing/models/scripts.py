"""The models that modules of TypeScript and JavaScript declare: Drizzle's and TypeORM's."""

from collections.abc import Mapping

from pytest_agentcompliance.parsing.models import Models, Unread, together
from pytest_agentcompliance.parsing.models.scripts_code import Module, module

# What a file has that another one may take columns from.
_DRIZZLE = ("drizzle-orm", "pgTable", "mysqlTable", "sqliteTable", "pgEnum")
_TYPEORM = ("typeorm", "@Column", "@Entity")


def read(files: Mapping[str, str]) -> Models:
    """The models and enums of all modules; never fails."""
    modules: dict[str, Module] = {}
    unread: list[Unread] = []
    tables = entities = False
    for path, text in files.items():
        of_drizzle, of_typeorm = any(one in text for one in _DRIZZLE), any(one in text for one in _TYPEORM)
        if path.endswith(".d.ts") or not (of_drizzle or of_typeorm):
            continue
        one = module(text, path)
        if one is None:
            unread.append(Unread(path, 1, "no grammar could read the file"))
        else:
            modules[path] = one
            tables, entities = tables or of_drizzle, entities or of_typeorm
    found = [Models(unread=tuple(unread))]
    if tables:
        from pytest_agentcompliance.parsing.models import drizzle

        found.append(drizzle.read(modules))
    if entities:
        from pytest_agentcompliance.parsing.models import typeorm

        found.append(typeorm.read(modules))
    return together(found)
