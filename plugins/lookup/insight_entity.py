# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: insight_entity
short_description: Entities of Ennov InSight
version_added: 0.1.0
description:
  - Reads entities by id or key, many in one call.
  - A lookup knows neither C(module_defaults) nor C(environment) of a task, nor check mode. Each option is also read
    from a variable.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.options.lookup
options:
  _terms:
    description:
      - Which entities. Each term is a mapping with V(type), V(key) or V(id), and V(refs), as in
        M(rimops.insight.insight_entity_info), or, with O(type), just an id.
    type: list
    elements: raw
    required: true
  type:
    description:
      - The type of the terms that do not say theirs.
    type: str
  on_missing:
    description:
      - What to do about an entity that the server says is missing. V(error) fails, V(null) gives none for it, V(skip)
        leaves it out.
    type: str
    choices: [error, "null", skip]
    default: error
seealso:
  - module: rimops.insight.insight_entity_info
"""

EXAMPLES = r"""
- name: Show the products of an application
  ansible.builtin.debug:
    msg: "{{ lookup('rimops.insight.insight_entity', application).selectedProducts }}"
  vars:
    application: {type: application, key: {appCode: "123456", appName: Zelvora}}

- name: Read many events in one call
  ansible.builtin.set_fact:
    events: "{{ query('rimops.insight.insight_entity', *event_ids, type='event') }}"
"""

RETURN = r"""
_raw:
  description: The entities, in the order of the terms.
  type: list
  elements: dict
  sample: [{id: 17, appCode: "123456", appName: Zelvora}]
"""

from ansible_collections.rimops.insight.plugins.module_utils._commands.lookups import entities
from ansible_collections.rimops.insight.plugins.plugin_utils._entry.lookup_base import CommandLookup


class LookupModule(CommandLookup):
    """Entities by id or key."""

    answer = staticmethod(entities)
    own_options = ("type", "on_missing")
