#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_export
short_description: Writes the entities of Ennov InSight as a manifest
version_added: 0.3.0
description:
  - Reads entities of a system and writes them as a manifest for M(rimops.insight.insight_entities), a file for each
    type. It sends no request that changes an entity.
  - What refers to another entity names it by its key instead of its id. Left out is what the server alone sets. A
    secret stands by a name, without its value.
  - Entities, and the attributes of each, stand in a fixed order, so that two exports differ only where the systems do.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
attributes:
  async:
    description: Cannot be used. The files are written on the controller, in the task's own process.
    support: none
  check_mode:
    description: Logs in and reads, and writes no file.
    support: full
  diff_mode:
    description: Shows how the files change.
    support: full
  idempotent:
    description: A second run changes no file as long as nobody changes the entities.
    support: full
options:
  to:
    description:
      - The folder of the files, such as C(application.yml). It is made where it is missing. A relative path is beside
        the playbook. Files of other types in it are left alone.
    type: str
    required: true
  types:
    description:
      - The types of which all entities are exported. The profile needs a list for them that is switched on.
      - Without O(types), O(entities) and O(manifest) these are all types that can be listed.
    type: list
    elements: str
  entities:
    description:
      - Entities to export, each with C(type), C(key) and C(refs), where the system has no list.
    type: list
    elements: dict
  manifest:
    description:
      - The files and folders of a manifest, as in M(rimops.insight.insight_entities). The entities that it declares are
        exported as they are now. Its attributes and secrets are not looked at.
    type: list
    elements: str
  keys:
    description:
      - The attributes that are the key of a type, by type, where the profile does not say it. An attribute that refers
        to another entity may be among them.
    type: dict
    default: {}
  pin_url:
    description:
      - Whether each file says that it is for this system only. Leave it out to bring the entities to another one.
    type: bool
    default: false
  concurrency:
    description:
      - How many entities are read at the same time, 1 to 64.
    type: int
    default: 8
seealso:
  - module: rimops.insight.insight_entities
  - module: rimops.insight.insight_entity_info
"""

EXAMPLES = r"""
- name: Write down what the system holds, where its list has been seen
  rimops.insight.insight_export:
    to: exported/
    keys:
      event: [eventName, applicationId]
    profile_overrides:
      operations:
        list: {enabled: true}

- name: Write down how one application is now, where there is no list
  rimops.insight.insight_export:
    to: exported/
    entities:
      - type: application
        key: {appCode: "123456", appName: Zelvora}
"""

RETURN = r"""
url:
  description: The address of the system that was read.
  returned: success
  type: str
  sample: https://insight.example.com
summary:
  description: How many entities of each type were exported, and how many were not.
  returned: success
  type: dict
  sample: {application: {exported: 26, not_exported: 0}}
files:
  description: The files of this export, changed or not.
  returned: success
  type: list
  elements: str
  sample: [exported/application.yml]
left_out:
  description: The attributes that are not in the files.
  returned: success
  type: list
  elements: dict
  contains:
    type:
      description: The type of the entities.
      type: str
      returned: always
    attribute:
      description: The path of the attribute.
      type: str
      returned: always
    why:
      description: Why it is left out.
      type: str
      returned: always
    entities:
      description: How many entities have it.
      type: int
      returned: always
  sample:
    - {type: application, attribute: uuid, why: the server gives it, entities: 26}
not_exported:
  description: The entities that are not in the files.
  returned: success
  type: list
  elements: dict
  contains:
    entity:
      description: The entity, by its id where it has no name.
      type: str
      returned: always
    type:
      description: Its type.
      type: str
      returned: always
    entity_id:
      description: Its id.
      type: str
      returned: when it is there
    why:
      description: Why it is not exported.
      type: str
      returned: always
  sample:
    - entity: event with id 46098
      type: event
      entity_id: "46098"
      why: 1 more have the same key and references, or more of them
outside:
  description: Entities to which exported ones refer, and which are not exported themselves. A system to which the files
    are applied must have them.
  returned: success
  type: list
  elements: dict
  contains:
    entity:
      description: Its name.
      type: str
      returned: always
    referred_by:
      description: How many exported entities refer to it.
      type: int
      returned: always
  sample:
    - {entity: "application (appCode=123456, appName=Zelvora)", referred_by: 12}
secrets:
  description: The names of the secrets in the files. Give each a value in
    O(rimops.insight.insight_entities#module:secrets).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
      returned: always
    entity:
      description: The entity that has the secret.
      type: str
      returned: always
    attribute:
      description: The path of the attribute.
      type: str
      returned: always
  sample:
    - name: application_123456_Zelvora_interfacePassword
      entity: application (appCode=123456, appName=Zelvora)
      attribute: interfacePassword
assumed:
  description: The operations that are used and that neither a document nor a probe backs, as keys of the profile.
  returned: success
  type: list
  elements: str
  sample: [operations.list, operations.read]
notes:
  description: What else is worth knowing, for instance that a list shows less than a read.
  returned: when there is something to say
  type: list
  elements: str
  sample: ["Not exported, since the profile has no list for them that is switched on: event."]
"""
