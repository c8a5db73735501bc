# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schemas that the collection brings along."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ...module_utils._text.json_forms import Json

PLUGINS = Path(__file__).resolve().parents[2]


@cache
def own_schema(name: str) -> Json:
    """A JSON Schema of the collection, to be left as it is. name: of its file, such as ``reports/check``."""
    schema: Json = json.loads((PLUGINS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema
