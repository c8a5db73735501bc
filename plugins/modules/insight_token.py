#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_token
short_description: Logs in to Ennov InSight, and out
version_added: 0.1.0
description:
  - Makes sure that a valid session exists, through the whole handshake, and hands it on as a handle without secrets.
  - The other modules log in by themselves when they need to. Use this one to log in once at a defined place, for the
    grants that need a person, to hand a session to another host, and to log out.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
attributes:
  check_mode:
    description:
      - With O(state=present) logs in under check mode too, since every later task would be blind otherwise; a session
        is a means, not a state. With O(state=absent) contacts nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
  idempotent:
    description: O(state=present) never reports a change. A second O(state=absent) finds nothing to remove.
    support: full
options:
  state:
    description:
      - V(present) makes sure that there is a session. V(absent) logs out where the profile can, and removes session and
        tokens of this identity from O(token_store).
    type: str
    choices: [present, absent]
    default: present
  return_token:
    description:
      - Whether the result carries the access token, the session and ready-to-use headers themselves. The result is then
        hidden in all output. Without a store it carries the session in any case.
    type: bool
    default: false
  refresh_token_return:
    description:
      - Whether the result carries the refresh token that the identity platform handed out last, hidden in all output,
        for the next task to save. Needed where there is no store and a refresh uses up the token that was configured.
    type: bool
    default: false
seealso:
  - module: rimops.insight.insight_entity
  - plugin: rimops.insight.insight_token
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Log in
  rimops.insight.insight_token:
    url: https://insight.example.com
    tenant_id: 7c1d0f3a-0000-4000-8000-000000000001
    client_id: 0f3a7c1d-0000-4000-8000-000000000002
    client_secret: "{{ lookup('ansible.builtin.env', 'INSIGHT_CLIENT_SECRET') }}"
    grant_type: client_credentials
  register: insight

- name: Use the session on another host
  rimops.insight.insight_entity_info:
    session: "{{ insight.session }}"
    type: application
    key: {appCode: "123456", appName: Zelvora}
  delegate_to: jump-host

- name: Log out
  rimops.insight.insight_token:
    url: https://insight.example.com
    tenant_id: 7c1d0f3a-0000-4000-8000-000000000001
    client_id: 0f3a7c1d-0000-4000-8000-000000000002
    client_secret: "{{ lookup('ansible.builtin.env', 'INSIGHT_CLIENT_SECRET') }}"
    grant_type: client_credentials
    state: absent
"""

RETURN = r"""
acquired:
  description: Where the session came from, V(store) or V(handshake). V(none) while a person has yet to act.
  returned: when O(state=present)
  type: str
  sample: handshake
session:
  description: The handle. Give it to the option O(session) of the other modules.
  returned: when there is a session
  type: dict
  contains:
    store:
      description: The folder in which the session lies. Null without a store.
      type: str
      returned: always
    file:
      description: The file in that folder. Null without a store.
      type: str
      returned: always
    url:
      description: The system that the session is for.
      type: str
      returned: always
    user:
      description: Who is logged in, as far as it is known.
      type: str
      returned: always
    expires_at:
      description: When the token expires, in UTC. Null when it is not known.
      type: str
      returned: always
    secret:
      description: The session itself.
      type: str
      returned: with O(return_token=true), or without a store
  sample:
    store: /home/jdoe/.local/state/rimops.insight
    file: 0b6c0d4c5c0f4a8e9a3b5d7e1f2a3b4c.json
    url: https://insight.example.com
    user: jdoe@example.com
    expires_at: "2026-11-20T13:45:00Z"
assumed:
  description: The steps of the login that neither a document nor a probe backs, as keys of the profile.
  returned: when there is a session
  type: list
  elements: str
  sample: [oauth.grants.client_credentials]
authorization_url:
  description: The page to open in a browser. Give the address on which the browser ends to O(authorization_response).
  returned: in the first task of O(grant_type=authorization_code)
  type: str
  sample: https://login.microsoftonline.com/7c1d0f3a-0000-4000-8000-000000000001/oauth2/v2.0/authorize?client_id=...
access_token:
  description: The access token.
  returned: with O(return_token=true), where the handshake has one
  type: str
  sample: eyJ0eXAiOiJKV1Qi...
headers:
  description: The headers that carry the session, for M(ansible.builtin.uri).
  returned: with O(return_token=true)
  type: dict
  sample: {Cookie: JSESSIONID=..., X-CSRF-TOKEN: ...}
refresh_token:
  description: The refresh token that was handed out last.
  returned: with O(refresh_token_return=true), where there is one
  type: str
  sample: 0.ARoAv4j5...
notes:
  description: What else is worth knowing about the session or the server.
  returned: when there is something to say
  type: list
  elements: str
  sample: [The server changes its CSRF token with every answer, so requests go out one at a time.]
"""

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_token import TOKEN
from ansible_collections.rimops.insight.plugins.module_utils._commands.module_entry import run_module


def main() -> None:
    """Run the module."""
    run_module(TOKEN)


if __name__ == "__main__":
    main()
