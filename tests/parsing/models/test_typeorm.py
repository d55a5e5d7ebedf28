"""TypeORM's entities: columns, those of classes above and of relations, indexes."""

from pytest_agentcompliance.parsing import models
from pytest_agentcompliance.parsing.models import Field, Model, Reference

BASE = """import { CreateDateColumn, PrimaryGeneratedColumn } from 'typeorm'

export abstract class Kept {
  @PrimaryGeneratedColumn('uuid') id: string
  @CreateDateColumn({ name: 'created_at' }) createdAt: Date
}
"""
ENTITIES = """import { Column, Entity } from 'typeorm'

export enum Role { User = 'user', Admin = 'admin' }

@Entity('users')
@Index(['email', 'name'], { unique: true })
export class User extends Kept {
  @Column({ unique: true, length: 255 }) email: string
  @Column('text', { nullable: true }) // @Column() no: string
  @Index()
  name?: string | null
  @Column({ type: 'enum', enum: Role, default: Role.User }) role: Role
  @Column({ default: 0 }) count!: number
  @Column() state: 'a' | 'b'
  @OneToMany(() => BlogPost, (post) => post.author) posts: BlogPost[]
  @ManyToMany(() => Tag) @JoinTable() tags: Tag[]
  plain = 1
}

@Entity()
export class BlogPost extends Kept {
  @Column('uuid', { name: 'author_id' }) authorId: string
  @ManyToOne(() => User, (user: User) => user.posts, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'author_id' })
  author: User
  @ManyToOne((type) => User, { nullable: false }) @Index() editor: User
  @OneToOne(() => Tag) @JoinColumn() tag: Tag
}

@Entity({ name: 'tags' }) export class Tag { @PrimaryColumn() id: number }

class NoEntity { @Column() a: string }
"""


def read() -> dict[str, Model]:
    return {one.name: one for one in models.read({"a/base.ts": BASE, "a/entities.ts": ENTITIES}).models}


def field(model: Model, name: str) -> Field:
    return next(one for one in model.fields if one.name == name)


def test_columns_with_those_of_the_class_above() -> None:
    found = read()
    assert {name: one.table for name, one in found.items()} == {"BlogPost": "blog_post", "Tag": "tags", "User": "users"}
    assert [(one.name, one.column, one.type, one.nullable) for one in found["User"].fields] == [
        ("id", "id", "uuid", False), ("createdAt", "created_at", "datetime", False), ("email", "email", "string", False),
        ("name", "name", "text", True), ("role", "role", "enum", False), ("count", "count", "integer", False),
        ("state", "state", "string", False),
    ]  # fmt: skip
    assert (field(found["User"], "email").unique, field(found["User"], "email").length) == (True, 255)
    assert field(found["User"], "name").line == 11


def test_relations_make_columns_unless_there_is_one() -> None:
    post = read()["BlogPost"]
    assert [(one.name, one.column, one.type, one.nullable, one.unique) for one in post.fields[2:]] == [
        ("authorId", "author_id", "uuid", False, False), ("editorId", "editorId", "uuid", False, False),
        ("tagId", "tagId", "integer", True, True),
    ]  # fmt: skip
    assert field(post, "authorId").reference == Reference("User", ("id",), "cascade")
    assert [(one.name, one.way, one.key) for one in post.relations] == [
        ("author", "belongsTo", ("authorId",)), ("editor", "belongsTo", ("editorId",)), ("tag", "belongsTo", ("tagId",))
    ]  # fmt: skip


def test_indexes_enums_and_lists() -> None:
    found = read()
    assert [(one.fields, one.unique) for one in found["User"].indexes] == [(("name",), False), (("email", "name"), True)]
    assert [(one.fields, one.unique) for one in found["BlogPost"].indexes] == [(("editorId",), False)]
    assert [(one.name, one.way) for one in found["User"].relations] == [("posts", "hasMany"), ("tags", "manyToMany")]
    assert [(one.name, one.values) for one in models.read({"a.ts": ENTITIES}).enums] == [("Role", ("user", "admin"))]
