# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What records and requests about them may hold."""

from __future__ import annotations

from systems.osdu.fields import ANY_OBJECT, TEXT, TEXTS, Field, needed_object

ID = r"[\w\-.]+:[\w\-.]+:[\w\-.:%]+"
KIND = r"[\w\-.]+:[\w\-.]+:[\w\-.]+:[0-9]+\.[0-9]+\.[0-9]+"
NEEDED_TEXTS = Field(list, required=True, least=1, items=TEXT)
STATUS = Field(choices=("compliant", "incompliant"))
TAGS = Field(dict, values=TEXT)
ANCESTRY = Field(dict, fields={"parents": TEXTS})
# What the server says of a record. A request may carry it, and it is not looked at.
OF_SERVER = ("version", "createUser", "createTime", "modifyUser", "modifyTime")
RECORD = needed_object(
    id=Field(pattern=ID),
    kind=Field(required=True, pattern=KIND),
    acl=needed_object(viewers=NEEDED_TEXTS, owners=NEEDED_TEXTS),
    legal=needed_object(legaltags=NEEDED_TEXTS, otherRelevantDataCountries=NEEDED_TEXTS, status=STATUS),
    data=Field(dict, required=True),
    meta=Field(list, items=ANY_OBJECT),
    tags=TAGS,
    ancestry=ANCESTRY,
    version=Field(int),
    createUser=TEXT,
    createTime=TEXT,
    modifyUser=TEXT,
    modifyTime=TEXT,
)
# What a client says of a record, beside its id.
CONTENT = ("kind", "acl", "legal", "data", "meta", "tags", "ancestry")
# Two writes that differ in nothing of this are duplicates; kind is not compared.
COMPARED = tuple(name for name in CONTENT if name != "kind")
RECORDS = Field(list, required=True, least=1, most=500, items=RECORD)
IDS = Field(list, required=True, least=1, most=500, items=Field(pattern=ID))

MERGE = needed_object(
    acl=Field(dict, fields={"viewers": NEEDED_TEXTS, "owners": NEEDED_TEXTS}),
    legal=Field(dict, fields={"legaltags": TEXTS, "otherRelevantDataCountries": TEXTS, "status": STATUS}),
    data=ANY_OBJECT,
    tags=TAGS,
    ancestry=ANCESTRY,
    deleted=Field(choices=("true", "false")),
    deletedAt=TEXT,
)
BULK_PATHS = ("/acl/viewers", "/acl/owners", "/legal/legaltags", "/tags")
OPERATIONS = Field(required=True, choices=("add", "replace", "remove"))
BULK = needed_object(
    query=needed_object(ids=IDS),
    ops=Field(
        list,
        required=True,
        least=1,
        items=needed_object(op=OPERATIONS, path=Field(required=True, choices=BULK_PATHS), value=NEEDED_TEXTS),
    ),
)
JSON_PATCH = needed_object(
    query=needed_object(ids=Field(list, required=True, least=1, most=100, items=Field(pattern=ID))),
    ops=Field(list, required=True, least=1, items=Field(dict)),
)
FETCH = needed_object(records=Field(list, required=True, least=1, most=100, items=TEXT), attributes=TEXTS)
FETCH_BATCH = needed_object(records=Field(list, required=True, least=1, most=20, items=TEXT))
