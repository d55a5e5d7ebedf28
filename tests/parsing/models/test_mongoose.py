"""Mongoose's models: the paths of their schemas, what options, plugins and calls add, and NestJS' classes."""

import pytest

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Field, Model, Reference
from pytest_agentcompliance.parsing.models.stamps import soft, stamps

POST = """import { Schema, model, models } from 'mongoose'

const base = { tags: [String], by: { type: Schema.Types.ObjectId, ref: 'User', required: true, index: true } }
const options = { timestamps: { createdAt: 'created_at', updatedAt: false } }
const lineSchema = new Schema({ nr: Number }, { _id: false })
const postSchema = new Schema<IPost, Model<IPost>, {}>({
  ...base,
  name: { type: String, required: [true, 'a name'], unique: true },
  address: { street: String },
  type: { type: String, default: 'a' },
  lines: [lineSchema],
  votes: { type: Number, required: true },
}, options)
postSchema.index({ name: 1, by: -1 }, { unique: true })
postSchema.plugin(mongooseDelete, { deletedAt: true })
export default models.Post || model<IPost>('Post', postSchema)
"""
NEST = """import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose'
@Schema({ timestamps: true })
export class Cat extends Document {
  @Prop() name?: string
  @Prop({ required: true, index: true }) age: number
  @Prop({ type: String, unique: true }) code: string | null
  @Prop([String]) tags: string[]
  @Prop({ type: OwnerSchema }) owner: Owner
  @Prop({ default: false }) isDeleted: boolean
}
export const CatSchema = SchemaFactory.createForClass(Cat)
CatSchema.index({ name: 1 })

@Schema()
export class Owner { @Prop() name: string }
export const OwnerSchema = SchemaFactory.createForClass(Owner)
"""


def read(**files: str) -> dict[str, Model]:
    return {one.name: one for one in models.read({path.replace("_", "."): text for path, text in files.items()}).models}


def field(model: Model, name: str) -> Field:
    return next(one for one in model.fields if one.name == name)


def test_a_schema_with_what_is_done_to_it() -> None:
    found = read(post_ts=POST)
    assert found.keys() == {"Post"}
    post = found["Post"]
    assert (post.line, post.tool, post.partial, post.primary) == (6, "mongoose", False, ("id",))
    assert [(one.name, one.column, one.type, one.nullable) for one in post.fields] == [
        ("id", "_id", "", False), ("tags", "tags", "json", True), ("by", "by", "", False), ("name", "name", "string", False),
        ("address", "address", "json", None), ("type", "type", "string", None), ("lines", "lines", "json", True),
        ("votes", "votes", "number", False), ("createdAt", "created_at", "datetime", False),
        ("deletedAt", "deletedAt", "datetime", True),
    ]  # fmt: skip
    assert (field(post, "name").unique, field(post, "by").reference, field(post, "name").line) == (True, Reference("User"), 8)
    assert [(one.fields, one.unique) for one in post.indexes] == [(("by",), False), (("name", "by"), True)]
    assert (stamps(post, POST).created, stamps(post, POST).updated, soft(post, POST)) == ("createdAt", "", "deletedAt")


@pytest.mark.parametrize(
    ("made", "times"),
    [
        ("const s = new mongoose.Schema({ a: String })", False),
        ("const s = new mongoose.Schema({ a: String }, { timestamps: true })", True),
        ("const s = new mongoose.Schema({ a: String }, { timestamps: false })", False),
        ("const s = new mongoose.Schema({ a: String });\ns.set('timestamps', true)", True),
        ("const s = new mongoose.Schema({ a: String });\ns.plugin(timestamps)", True),
        ("const b = new mongoose.Schema({ a: String }, { timestamps: true });\nconst s = b.clone()", True),
        ("const s = new mongoose.Schema({ a: String });\ns.add({ createdAt: Date, updatedAt: Date })", True),
        ("let s; s = new mongoose.Schema({ a: String }, { timestamps: true })", True),
    ],
)  # fmt: skip
def test_times(made: str, times: bool) -> None:
    text = f"const mongoose = require('mongoose')\n{made}\nmodule.exports = mongoose.model('A', s)\n"
    one = read(a_js=text)["A"]
    assert (bool(stamps(one, text).created), bool(stamps(one, text).updated)) == (times, times)


def test_a_schema_of_another_module_and_one_that_is_no_model() -> None:
    schema = "import mongoose from 'mongoose'\nexport const userSchema = new mongoose.Schema({ a: String }, { timestamps: true })\n"
    used = "import mongoose from 'mongoose'\nexport const User = connection.model('User', userSchema, 'people')\n"
    found = read(schema_ts=schema, model_ts=used)["User"]
    assert (found.path, found.line, found.table) == ("schema.ts", 2, "people")
    assert read(schema_ts=schema) == {}


def test_what_stands_within_another_document_is_open() -> None:
    text = (
        "const mongoose = require('mongoose')\nconst Item = new mongoose.Schema({ n: Number })\nmongoose.model('Item', Item)\n"
        "const Cart = new mongoose.Schema({ items: [{ type: Item }] })\nmongoose.model('Cart', Cart)\n"
    )
    assert {name: one.partial for name, one in read(a_js=text).items()} == {"Item": True, "Cart": False}


def test_what_cannot_be_followed_leaves_a_model_open() -> None:
    for said in ("{ a: String }, options()", "fields()", "{ ...shared() }", "{ a: String }, { ...shared() }"):
        text = f"import mongoose from 'mongoose'\nexport default mongoose.model('A', new mongoose.Schema({said}))\n"
        assert read(a_ts=text)["A"].partial, said


def test_classes_of_nest() -> None:
    found = read(cat_ts=NEST)
    assert found.keys() == {"Cat"}  # an owner is a part of a cat
    cat = found["Cat"]
    assert [(one.name, one.type, one.nullable) for one in cat.fields] == [
        ("id", "", False), ("name", "string", True), ("age", "number", False), ("code", "string", True), ("tags", "json", True),
        ("owner", "", True), ("isDeleted", "boolean", None), ("createdAt", "datetime", False), ("updatedAt", "datetime", False),
    ]  # fmt: skip
    assert (soft(cat, NEST), cat.partial) == ("isDeleted", False)
    assert [one.fields for one in cat.indexes] == [("age",), ("name",)]
    module = "import { MongooseModule } from '@nestjs/mongoose'\n"
    module += "MongooseModule.forFeature([{ name: Owner.name, schema: OwnerSchema }])\n"
    assert read(cat_ts=NEST, module_ts=module).keys() == {"Cat", "Owner"}
