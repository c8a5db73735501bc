#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_probe
short_description: Finds out how a server differs from its profile
version_added: 0.2.0
description:
  - Tries whether a server whose behaviour is not published does what a profile says, finds out where it does
    something else, and returns overrides for the profile (O(profile_overrides)). The playbook C(rimops.insight.probe)
    writes them to a file.
  - Logs in, then reads, finds and lists entities that you name. First as the profile says, then in other ways that
    servers are built, until an answer holds the entity that is known to be there; a status alone proves nothing.
  - Needs no entity that exists. With O(writes) it makes the one that O(create) names, and learns on it what
    O(entities) did not show. Once a create may have been taken, nothing more is created until that entity is found.
  - Tries what it offers. Overrides with which nobody got in, or, where it wrote, with which the whole cycle of the
    entity of O(create) was not seen to go as it should, are not offered. What was learned all the same is in
    RV(untried).
  - With O(writes) it tries also what the profile says of the type of O(create) besides, on that entity - a version, a
    request for a new key, entities that stay as deleted with their restore and purge, parts and transitions.
  - Asks with a session id that nobody has, to see how a lost session is answered. With O(writes) also by the methods
    that write, after its entity is gone, and only where that session was refused a read.
  - Only reads, unless O(writes) is set. Without it nothing is sent but the login, GET requests, POST requests whose
    path ends in read, get, find, search, query, list or lookup, and the requests that the profile itself reads, finds
    and lists with.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
attributes:
  check_mode:
    description: Only reads, whatever O(writes) says.
    support: full
  diff_mode:
    description: What it writes is gone at the end.
    support: none
  idempotent:
    description: Without O(writes) it changes nothing. With it the probe's own entity is created and deleted each time.
    support: partial
options:
  logins:
    description:
      - Ways to log in, each of which is tried. The first that works is used for everything else.
      - Without it there is one, which the other options of the task say. O(tenant_id), O(authority), O(issuer),
        O(client_id) and O(token_store) hold for all of them unless one says otherwise; no other option of the identity
        does.
    type: list
    elements: dict
    default: []
    suboptions:
      grant_type:
        description: As O(grant_type).
        type: str
        choices: [password, client_credentials, authorization_code, device_code, refresh_token, login]
      tenant_id:
        description: As O(tenant_id).
        type: str
      authority:
        description: As O(authority).
        type: str
      issuer:
        description: As O(issuer).
        type: str
      token_url:
        description: As O(token_url).
        type: str
      scope:
        description: As O(scope).
        type: str
      client_id:
        description: As O(client_id).
        type: str
      client_secret:
        description: As O(client_secret).
        type: str
      assertion_certificate:
        description: As O(assertion_certificate).
        type: path
      assertion_key:
        description: As O(assertion_key).
        type: path
      assertion_key_passphrase:
        description: As O(assertion_key_passphrase).
        type: str
      client_assertion_file:
        description: As O(client_assertion_file).
        type: path
      username:
        description: As O(username).
        type: str
      password:
        description: As O(password).
        type: str
      totp_secret:
        description: As O(totp_secret).
        type: str
      mfa_code:
        description: As O(mfa_code).
        type: str
      refresh_token:
        description: As O(refresh_token).
        type: str
      authorization_response:
        description: As O(authorization_response).
        type: str
      redirect_uri:
        description: As O(redirect_uri).
        type: str
      expected_user:
        description: As O(expected_user).
        type: str
  entities:
    description:
      - Entities that exist and may be read. What the probe believes is judged against them. Name one of each type that
        you use, one with O(entities[].refs) among them, and two of one type to see how lists are cut into pages.
      - Where there are none, O(writes) and O(create) are the way in.
    type: list
    elements: dict
    default: []
    suboptions:
      type:
        description: The type of the entity, as the profile names it.
        type: str
        required: true
      id:
        description: The id that the server gave it. Without it, reading by id is tried with the id that was found.
        type: str
      key:
        description: The attributes that identify it among all of its type. Without them it is only read by its id.
        type: dict
      refs:
        description: The entities that it refers to, as in M(rimops.insight.insight_entity).
        type: dict
  writes:
    description:
      - Whether O(create) may be created, changed, renamed and deleted. Only ever on a system that is meant for it.
    type: bool
    default: false
  daring:
    description:
      - Whether to try also writes that a careless server could take for all entities of a type, such as a DELETE of
        the address of the type with the id in its query. Only where nothing else is on the system that matters.
      - What the profile itself says is tried in any case.
    type: bool
    default: false
  create:
    description:
      - The one entity that is written. It must not exist, under neither of its keys, or nothing is written, and the
        findings about create, update and delete are V(not_tried).
      - It is deleted at the end, also when a step fails. It counts as deleted when something that had shown it shows it
        no more; where that is not so it is named in RV(left_behind).
    type: dict
    suboptions:
      type:
        description: The type of the entity, as the profile names it.
        type: str
        required: true
      key:
        description: The attributes that identify it among all of its type.
        type: dict
      refs:
        description: The entities that it refers to.
        type: dict
      attributes:
        description:
          - The attributes with which it is created. Take texts, numbers and dates as you are going to use.
          - At least one should be neither required nor in O(create.change), to see whether it survives an update.
          - Parts, and attributes with transitions, are brought about once it is there, those of O(create.change) too.
        type: dict
        default: {}
      change:
        description: Attributes with the values to which they are changed.
        type: dict
        default: {}
      rename:
        description: Attributes of its key with other values, to see whether an entity can be renamed.
        type: dict
        default: {}
  version:
    description: The version of the server, for the overrides.
    type: str
    default: unknown
  by:
    description: Who looks, for the overrides. O(initiator) if this is not set.
    type: str
seealso:
  - module: rimops.insight.insight_entity
  - module: rimops.insight.insight_entity_info
"""

EXAMPLES = r"""
- name: See how the server reads, without writing anything
  rimops.insight.insight_probe:
    entities:
      - type: application
        id: "4711"
        key: {appCode: "123456", appName: Zelvora}
      - type: event
        id: "46098"
        key: {eventName: Initial filing}
        refs: {applicationId: {type: application, key: {appCode: "123456", appName: Zelvora}}}
    version: "7.3"
    by: Jane Doe
  register: probe

- name: The same, and how it writes, on a system that is meant for it
  rimops.insight.insight_probe:
    entities:
      - type: application
        id: "4711"
        key: {appCode: "123456", appName: Zelvora}
    writes: true
    create:
      type: application
      key: {appCode: "999001", appName: Probe}
      attributes: {selectedProducts: [Zelvora 10 mg], description: First}
      change: {description: Second}
      rename: {appName: Probe renamed}
    version: "7.3"
    by: Jane Doe
  register: probe
"""

RETURN = r"""
logins:
  description: What became of each way to log in.
  returned: success
  type: list
  elements: dict
  contains:
    grant_type:
      description: The grant.
      type: str
    ok:
      description: Whether it worked.
      type: bool
    who:
      description: Who is logged in then, where that is said.
      type: str
    error:
      description: Why it did not work.
      type: str
  sample: [{grant_type: client_credentials, ok: true}]
findings:
  description: What was looked at, in the order in which it was.
  returned: success
  type: list
  elements: dict
  contains:
    profile_key:
      description: The part of the profile that this is about.
      type: str
    verdict:
      description:
        - V(as_profile) where the server does what the profile says, V(differs) where it does something else that
          overrides can say, V(untried) for such a thing that is only in RV(untried), V(not_found) where nothing that
          was tried works, V(not_tried) where it could not be tried, V(not_looked_at) where nothing was named to look at
          it with, V(seen) for how the server behaves where no key of the profile speaks of it.
      type: str
    expected:
      description: What the profile says.
      type: str
    came:
      description: What the server did instead, as status and shape of its answer. Never a value of an attribute.
      type: str
    override:
      description: The overrides for the profile (O(profile_overrides)).
      type: dict
  sample:
    - profile_key: operations.read.method
      verdict: differs
      expected: POST
      came: HTTP 405 with an object with message
      override: {operations: {read: {method: GET}}}
overrides:
  description:
    - All overrides that are offered, for the option O(profile_overrides). Each operation that was seen working carries
      C(verified) and is no longer assumed.
  returned: success
  type: dict
  sample:
    operations: {read: {method: GET, assumed: false, verified: {version: "7.3", when: "2026-01-31", by: Jane Doe}}}
all_overrides:
  description: The overrides that were given as O(profile_overrides), with RV(overrides) merged into them.
  returned: success
  type: dict
  sample:
    operations: {read: {method: GET, assumed: false, verified: {version: "7.3", when: "2026-01-31", by: Jane Doe}}}
untried:
  description:
    - Where it wrote, what was learned if the whole cycle of the entity of O(create) did not go as it should, or could
      not be tried. It is in none of the overrides; RV(page) shows it, too. Empty where all was tried.
  returned: success
  type: dict
  sample: {}
left_behind:
  description:
    - Entities that the probe created and could not delete, or that may still exist. Delete them by hand.
  returned: success
  type: list
  elements: str
  sample: []
page:
  description: All of it as a page in Markdown, for the change record.
  returned: success
  type: str
"""

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import PROBE
from ansible_collections.rimops.insight.plugins.module_utils._commands.module_entry import run_module


def main() -> None:
    """Run the module."""
    run_module(PROBE)


if __name__ == "__main__":
    main()
