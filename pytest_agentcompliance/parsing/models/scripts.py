"""The models that modules of TypeScript and JavaScript declare: Drizzle's, TypeORM's, Sequelize's and Mongoose's."""

from collections.abc import Iterator, Mapping

from pytest_agentcompliance.parsing.models import Models, Unread, together
from pytest_agentcompliance.parsing.models.scripts_code import Module, module

# What a file has that another one may take columns from.
_DRIZZLE = ("drizzle-orm", "pgTable", "mysqlTable", "sqliteTable", "pgEnum")
_TYPEORM = ("typeorm", "@Column", "@Entity")
_SEQUELIZE = ("sequelize", "Sequelize", "DataTypes")
_MONGOOSE = ("mongoose",)


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
    found += _called(files, modules, unread)
    return together(found)


def _called(files: Mapping[str, str], modules: dict[str, Module], unread: list[Unread]) -> Iterator[Models]:
    """What calls make: Sequelize's and Mongoose's, with the classes of either that have decorators."""
    asked = {"sequelize": _SEQUELIZE, "mongoose": _MONGOOSE}
    of = {
        tool: {path: text for path, text in files.items() if not path.endswith(".d.ts") and any(one in text for one in signs)}
        for tool, signs in asked.items()
    }  # fmt: skip
    if not any(of.values()):
        return
    from pytest_agentcompliance.parsing.models import mongoose, script_calls, sequelize

    for tool, texts in of.items():
        scripts: dict[str, script_calls.Script] = {}
        known: dict[str, Module] = {}
        failed: list[Unread] = []
        for path, text in texts.items():
            decorated = any(one in text for one in ("@Table", "@Schema", "@Column", "@Prop"))
            if not decorated and not script_calls.is_asked(text):
                continue
            one = script_calls.script(text, path)
            if one is None:
                failed.append(Unread(path, 1, "no grammar could read the file"))
                continue
            scripts[path] = one
            read = modules.get(path) or (module(text, path) if decorated else None)
            if read is not None:
                known[path] = read
        yield Models(unread=tuple(one for one in failed if one.path not in {each.path for each in unread}))
        unread += failed
        yield sequelize.read(scripts, known) if tool == "sequelize" else mongoose.read(scripts, known)
