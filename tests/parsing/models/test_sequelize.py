"""Sequelize's models: what `define`, `init` and decorators declare, and what the options add."""

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Field, Model, Reference
from pytest_agentcompliance.parsing.models.stamps import soft, stamps

DEFINED = """module.exports = (sequelize, DataTypes) => {
  const alias = "Disk"
  const cols = {
    id: { type: DataTypes.INTEGER.UNSIGNED, primaryKey: true },
    state: DataTypes.ENUM('new', 'old'),
    size: { type: DataTypes.STRING(40), allowNull: false, unique: true, field: 'the_size' },
    shown: { type: DataTypes.VIRTUAL, get() { return 1 } },
    owner: { type: DataTypes.UUID, references: { model: 'users', key: 'id' }, onDelete: 'SET NULL' },
    a: { type: DataTypes.DATEONLY, unique: 'both' }, b: { type: DataTypes.JSONB, unique: 'both', defaultValue: {} },
  }
  const config = { tableName: "disks", paranoid: true, createdAt: false, updatedAt: 'changed', indexes: [
    { fields: ['state', { name: 'size' }] }, { unique: true, fields: ['owner'] } ] }
  const Disk = sequelize.define(alias, cols, config)
  Disk.associate = (models) => { Disk.belongsTo(models.Device, { foreignKey: "device_id", onDelete: 'CASCADE' }) }
  return Disk
}
"""
INIT = """import Sequelize, { Model } from 'sequelize'
import { times } from './times'

export class Note extends Model<A> implements A {
  declare id: string
}
Note.init({ id: { type: Sequelize.UUID, primaryKey: true }, ...times }, { sequelize, modelName: 'Note', timestamps: false })

export class Page extends Sequelize.Model {
  static init(sequelize) { return super.init({ title: Sequelize.TEXT }, { sequelize }) }
}
export class Free extends Model {}
Free.init(columns(), { sequelize })
customElements.define('x-a', class extends HTMLElement {}, { type: 'a' })
i18n.init({ type: 'x' }, { fallback: true })
"""
DECORATED = """import { Table, Column, Model } from 'sequelize-typescript'

@Table({ tableName: 'items', updatedAt: 'touched', paranoid: true })
export class Item extends Model {
  @PrimaryKey @AutoIncrement @Column itemId: number
  @ForeignKey(() => User)
  @Column({ type: DataType.UUID, allowNull: false, field: 'w_id' })
  wId!: string
  @AllowNull(false) @Unique @Column(DataType.STRING(20)) name: string
  @CreatedAt made: Date
  @BelongsTo(() => User) user: User
}

@Table({ timestamps: false })
export class Other extends Model<Other> {
  @UUID id: string
}
"""


def read(**files: str) -> dict[str, Model]:
    return {one.name: one for one in models.read({path.replace("_", "."): text for path, text in files.items()}).models}


def field(model: Model, name: str) -> Field:
    return next(one for one in model.fields if one.name == name)


def test_what_is_defined_with_its_options() -> None:
    disk = read(disk_js=DEFINED)["Disk"]
    assert (disk.table, disk.line, disk.tool, disk.partial, disk.primary) == ("disks", 13, "sequelize", False, ("id",))
    assert [(one.name, one.column, one.type, one.nullable) for one in disk.fields] == [
        ("id", "id", "integer", False), ("state", "state", "enum", True), ("size", "the_size", "string", False),
        ("owner", "owner", "uuid", True), ("a", "a", "date", True), ("b", "b", "json", True),
        ("updatedAt", "changed", "datetime", False), ("deletedAt", "deletedAt", "datetime", True),
        ("device_id", "device_id", "", True),
    ]  # fmt: skip
    assert (field(disk, "size").unique, field(disk, "size").length, field(disk, "size").line) == (True, 40, 6)
    assert field(disk, "owner").reference == Reference("users", ("id",), "set null")
    assert field(disk, "device_id").reference == Reference("Device", (), "cascade")
    assert [(one.fields, one.unique) for one in disk.indexes] == [
        (("state", "size"), False), (("owner",), True), (("a", "b"), True),
    ]  # fmt: skip
    found = stamps(disk, DEFINED)
    assert (found.created, found.updated, soft(disk, DEFINED)) == ("", "updatedAt", "deletedAt")


def test_classes_that_are_initialised() -> None:
    shared = "import { DataTypes } from 'sequelize'\n"
    shared += "export const times = { created_at: DataTypes.DATE, updated_at: DataTypes.DATE }\n"
    found = read(note_ts=INIT, times_ts=shared)
    assert {name: (one.line, one.partial) for name, one in found.items()} == {
        "Note": (4, False), "Page": (9, False), "Free": (12, True),
    }  # fmt: skip
    assert [one.name for one in found["Note"].fields] == ["id", "created_at", "updated_at"]
    assert [one.name for one in found["Page"].fields] == ["id", "title", "createdAt", "updatedAt"]


def test_decorators() -> None:
    found = read(item_ts=DECORATED)
    item = found["Item"]
    assert (item.table, item.primary, item.partial, found["Other"].partial) == ("items", ("itemId",), False, True)
    assert [(one.name, one.column, one.type, one.nullable) for one in item.fields] == [
        ("itemId", "itemId", "number", False), ("wId", "w_id", "uuid", False), ("name", "name", "string", False),
        ("createdAt", "made", "datetime", True), ("updatedAt", "touched", "datetime", False),
        ("deletedAt", "deletedAt", "datetime", True),
    ]  # fmt: skip
    assert (field(item, "name").unique, field(item, "wId").reference) == (True, Reference("User"))


def test_what_holds_for_all_models() -> None:
    model = "export const User = sequelize.define('User', { name: DataTypes.STRING })\n"
    without = "export default new Sequelize(url, { define: { timestamps: false } })\n"
    soft_ = "new Sequelize({ define: { paranoid: true } })\n"
    assert [one.name for one in read(a_ts=model, db_ts=without)["User"].fields] == ["id", "name"]
    assert [one.name for one in read(a_ts=model, db_ts=soft_)["User"].fields] == [
        "id", "name", "createdAt", "updatedAt", "deletedAt",
    ]  # fmt: skip


def test_options_that_cannot_be_followed_leave_a_model_open() -> None:
    for said in ("options(1)", "{ ...options() }", "[1]"):
        made = read(a_ts=f"import 'sequelize'\nsequelize.define('User', {{ a: DataTypes.STRING }}, {said})\n")
        assert made["User"].partial, said
