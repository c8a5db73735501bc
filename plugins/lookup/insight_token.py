# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: insight_token
short_description: A session of Ennov InSight for other tasks
version_added: 0.1.0
description:
  - Makes sure that a valid session exists, through the whole handshake, and gives the headers that carry it, ready for
    M(ansible.builtin.uri), or the access token.
  - A lookup knows neither C(module_defaults) nor C(environment) of a task, nor check mode. Each option is also read
    from a variable.
  - What it gives is secret. Set C(no_log=true) on the task that uses it.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.options.lookup
options:
  _terms:
    description:
      - What to give, V(headers) or V(access_token). Without a term the headers.
    type: list
    elements: str
seealso:
  - module: rimops.insight.insight_token
"""

EXAMPLES = r"""
- name: Ask something that no module asks
  ansible.builtin.uri:
    url: "{{ insight_url }}/insight/api/v2/event/46098/read"
    method: POST
    body_format: json
    body: {}
    headers: "{{ lookup('rimops.insight.insight_token') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: A mapping of headers, or the access token, for each term.
  type: list
  elements: raw
  sample: [{Cookie: JSESSIONID=..., X-CSRF-TOKEN: ...}]
"""

from ansible_collections.rimops.insight.plugins.module_utils._commands.lookups import credentials
from ansible_collections.rimops.insight.plugins.plugin_utils._entry.lookup_base import CommandLookup


class LookupModule(CommandLookup):
    """Headers or the access token."""

    answer = staticmethod(credentials)
