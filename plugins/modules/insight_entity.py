#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_entity
short_description: Declares one entity of Ennov InSight
version_added: 0.1.0
description:
  - Makes sure that one entity exists with the attributes that are declared, or that it does not exist.
  - Only what is declared is compared and changed. Every write is read back; what did not arrive, and what changed
    without being planned, is reported by name.
  - Most operations of InSight's REST API are not documented in public. The profile says which ones are assumed, and the
    result names those that were used in RV(assumed).
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
  - rimops.insight.writing
attributes:
  check_mode:
    description: Logs in and reads, and writes nothing.
    support: full
  diff_mode:
    description: Shows what is declared and differs, secrets masked.
    support: full
  idempotent:
    description: A second run changes nothing. The stated exception is O(update_secrets=always).
    support: full
options:
  type:
    description:
      - The type of the entity, as the profile names it, for instance V(application) or V(event).
    type: str
    required: true
  id:
    description:
      - The id that the server gave the entity. Exactly one of O(id) and O(key) is needed.
    type: raw
  key:
    description:
      - The attributes that identify this entity among all of its type, together with O(refs).
      - They are text. Quote what looks like something else; unquoted, YAML reads V(021436) as 8990 and V(NO) as false.
    type: dict
  was:
    description:
      - A former key. When an entity has it and none has O(key), that one is renamed in place. Both is an error.
    type: dict
  refs:
    description:
      - The entities that this one refers to. Each name is the attribute that holds the reference, each value says which
        entity is meant by V(type), V(key) or V(id), and V(refs) of its own.
      - Beside O(key) they are part of which entity is meant. One with that key that refers to another entity is an
        error. Declare a reference that is to be changed under O(attributes).
      - An attribute that holds the ids of several entities is given a list of them. It is not part of what the entity
        is known by.
    type: dict
  attributes:
    description:
      - What the entity shall hold besides its key. A mapping is compared name by name, a list as a whole, a null
        means that the attribute is null or absent. What is not named here is not looked at.
      - "V({ref: {type: application, key: {...}}}) may stand wherever a value stands. It means the id of that entity."
    type: dict
    default: {}
  secret_attributes:
    description:
      - Attributes whose values are secret, merged over O(attributes). They appear masked everywhere.
      - Attributes that the profile calls write-only belong here, not in O(attributes).
    type: dict
    default: {}
  state:
    description:
      - Whether the entity shall exist.
    type: str
    choices: [present, absent]
    default: present
  update_existing:
    description:
      - Whether an entity that exists already is changed. V(false) creates it once and never touches it again.
    type: bool
    default: true
  schema:
    description:
      - A JSON Schema that the declared attributes, the key among them, must satisfy before anything is sent. A
        mapping, or the name of a file, searched on the controller as in C(files/).
    type: raw
  compare:
    description:
      - How attributes are compared, added to what the profile says.
      - A path is names joined by dots, with V([]) for each element of a list, for instance V(countries[].status).
    type: dict
    default: {}
    suboptions:
      ignore:
        description: Attributes that are sent when the entity is created and never looked at again.
        type: list
        elements: str
      create_only:
        description: Attributes that cannot change once the entity exists; a difference is what O(on_immutable) says.
        type: list
        elements: str
      read_only:
        description: Attributes that only the server sets; declaring one is an error.
        type: list
        elements: str
      write_only:
        description: Attributes that the server takes and never shows.
        type: list
        elements: str
      hidden:
        description:
          - Attributes that the server does not show to everybody. Not compared where they are not shown, or behind a
            mask.
        type: list
        elements: str
      volatile:
        description: Attributes that the server changes by itself.
        type: list
        elements: str
      sets:
        description: Lists whose order does not matter.
        type: list
        elements: str
      keyed:
        description: Lists of mappings whose elements are identified by the attributes named here.
        type: dict
      normalise:
        description:
          - For an attribute, or V(*) for all, which differences are none. Of V(outer_space), V(line_ends),
            V(unicode_nfc), V(case), V(number_as_text), V(decimal), V(null_as_absent), V(blank_as_null),
            V(date_as_day), V(date_as_instant), and V(prefix:TEXT) for a text that may stand before a value.
        type: dict
seealso:
  - module: rimops.insight.insight_token
  - module: rimops.insight.insight_entity_info
  - plugin: rimops.insight.insight_entity
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: The application exists
  rimops.insight.insight_entity:
    type: application
    key: {appCode: "123456", appName: Zelvora}
    attributes:
      selectedProducts: [Zelvora 10 mg]

- name: Its first event exists
  rimops.insight.insight_entity:
    type: event
    refs:
      applicationId: {type: application, key: {appCode: "123456", appName: Zelvora}}
    key: {eventName: Initial filing}
    attributes:
      description: Initial marketing application

- name: The event has a new name
  rimops.insight.insight_entity:
    type: event
    refs:
      applicationId: {type: application, key: {appCode: "123456", appName: Zelvora}}
    key: {eventName: First filing}
    was: {eventName: Initial filing}

- name: The event is gone
  rimops.insight.insight_entity:
    type: event
    refs:
      applicationId: {type: application, key: {appCode: "123456", appName: Zelvora}}
    key: {eventName: First filing}
    state: absent
    reason: The filing was withdrawn.
    change_reference: CHG-4711
"""

RETURN = r"""
operation:
  description:
    - What was done, or would be done in check mode. One of V(none), V(create), V(update), V(delete) and, with
      O(on_immutable=replace), V(replace).
  returned: success
  type: str
  sample: update
entity:
  description:
    - The entity as read back from the server, or as it is expected to be in check mode. Null when it does not exist.
    - Secrets are masked.
  returned: success
  type: dict
  sample: {id: 46098, uuid: 5f0a8f3e-3f4c-4f7e-9d0e-3d3a2f1f0b11, eventName: Initial filing, applicationId: 17}
entity_id:
  description: The id that the server gave the entity. Null when it does not exist, or does not exist yet.
  returned: success
  type: raw
  sample: 46098
changes:
  description:
    - What differs, an attribute at a time. Of an entity that is replaced also what goes with it and nobody declares.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The attribute.
      type: str
      returned: always
    before:
      description: What the server held. Left out when the attribute was not there.
      type: raw
      returned: when it was there
    after:
      description: What is declared. Left out when the attribute goes.
      type: raw
      returned: when it is to be there
  sample: [{path: description, before: Something else, after: Initial marketing application}]
steps:
  description:
    - The requests that the change takes, or would take, in their order. For types with parts or states that have
      requests of their own, and for what is replaced or purged.
  returned: when the change takes more than the entity's own request
  type: list
  elements: str
  sample: [create, 'add members email="ann@example.com"', write tags, enabled to true]
unverified:
  description:
    - What was declared and cannot be observed, so that nobody can say whether it differs.
    - Where no entity was found, and the search has found none of this type in this run and is neither documented nor
      verified, the key of that operation.
  returned: success
  type: list
  elements: str
  sample: [password]
collateral:
  description: What a write changed without being planned.
  returned: when a write changed something else
  type: list
  elements: dict
  sample: [{path: status, before: Planned, after: Submitted}]
assumed:
  description: The operations that were used and that neither a document nor a probe backs, as keys of the profile.
  returned: success
  type: list
  elements: str
  sample: [operations.find, operations.read, operations.update]
notes:
  description: What else is worth knowing about the session or the server.
  returned: when there is something to say
  type: list
  elements: str
  sample: [The server changes its CSRF token with every answer, so requests go out one at a time.]
evidence:
  description: Reason, change reference and initiator, as far as they were given.
  returned: when one was given
  type: dict
  sample: {reason: The filing was withdrawn., change_reference: CHG-4711, initiator: AWX user jdoe}
error:
  description: What kind of error it was, and what was already written.
  returned: failure
  type: dict
  contains:
    kind:
      description: The name of the error.
      type: str
      returned: always
    status:
      description: The HTTP status that the server answered.
      type: int
      returned: when the server answered
    profile_key:
      description: The line of the profile to change.
      type: str
      returned: when the server contradicts the profile
    expected:
      description: What the profile made us expect.
      type: str
      returned: when the server contradicts the profile
    came:
      description: What came instead.
      type: str
      returned: when the server contradicts the profile
    steps:
      description: What became of the steps of the change, as V(done), V(failed) and V(not_sent).
      type: dict
      returned: when a change of several steps broke off
    assumed:
      description: The operations that were used and that neither a document nor a probe backs.
      type: list
      elements: str
      returned: when there are some
    held_back:
      description:
        - The assumed operation that goes to no other entity of this loop, or the search that did not show what was
          created, as V(operation), the V(entity) that it went to, V(why) and V(profile_key).
      type: dict
      returned: when an assumed write was not read back clean
  sample: {kind: AmbiguousError}
"""

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._commands.module_entry import run_module


def main() -> None:
    """Run the module."""
    run_module(ENTITY)


if __name__ == "__main__":
    main()
