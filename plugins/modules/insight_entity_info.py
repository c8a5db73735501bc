#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_entity_info
short_description: Reads entities of Ennov InSight
version_added: 0.1.0
description:
  - Reads one entity by its id or its key, or all entities of a type where the profile has a list operation switched on.
  - An entity that the server says is missing gives an empty list. Anything else that is not an entity is an error.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
options:
  type:
    description:
      - The type of the entity, as the profile names it.
    type: str
    required: true
  id:
    description:
      - The id that the server gave the entity. Without O(id) and O(key) all entities of the type are listed.
    type: raw
  key:
    description:
      - The attributes that identify this entity among all of its type, together with O(refs).
    type: dict
  refs:
    description:
      - The entities that this one refers to, as in M(rimops.insight.insight_entity).
    type: dict
seealso:
  - module: rimops.insight.insight_entity
  - plugin: rimops.insight.insight_entity
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Read an application
  rimops.insight.insight_entity_info:
    type: application
    key: {appCode: "123456", appName: Zelvora}
  register: zelvora

- name: Read an event by its id
  rimops.insight.insight_entity_info:
    type: event
    id: "{{ event.entity_id }}"

- name: List all applications, where the server is known to have such a list
  rimops.insight.insight_entity_info:
    type: application
    profile_overrides:
      operations: {list: {enabled: true}}
"""

RETURN = r"""
entities:
  description: The entities. None when the server says that there is no such entity.
  returned: success
  type: list
  elements: dict
  sample: [{id: 17, appCode: "123456", appName: Zelvora, selectedProducts: [Zelvora 10 mg]}]
assumed:
  description: The operations that were used and that neither a document nor a probe backs, as keys of the profile.
  returned: success
  type: list
  elements: str
  sample: [operations.find]
notes:
  description: What else is worth knowing about the session or the server.
  returned: when there is something to say
  type: list
  elements: str
  sample: [The server changes its CSRF token with every answer, so requests go out one at a time.]
"""

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity_info import ENTITY_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.module_entry import run_module


def main() -> None:
    """Run the module."""
    run_module(ENTITY_INFO)


if __name__ == "__main__":
    main()
