#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_entities
short_description: Declares a whole environment of Ennov InSight
version_added: 0.2.0
description:
  - Makes sure that all entities of an environment exist with the attributes that are declared, or that they do not
    exist. They are read concurrently, written in the order of their references, and read back.
  - Plans can be written, reviewed, approved, and then applied exactly or refused. A journal records what was done.
  - Each entity is compared, written and verified as M(rimops.insight.insight_entity) does it.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
  - rimops.insight.writing
attributes:
  async:
    description: Cannot be used. Manifests, plans and journals are on the controller, in the task's own process.
    support: none
  check_mode:
    description: Logs in and reads, and writes no entity and no journal. A plan that O(plan_out) names is written, one
      that O(plan_file) names is only verified.
    support: full
  diff_mode:
    description: Shows each entity that differs, and what differs, secrets masked; also of a plan that O(plan_out)
      names, without check mode.
    support: full
  idempotent:
    description: A second run changes nothing. The stated exception is O(update_secrets=always).
    support: full
options:
  manifest:
    description:
      - The files and folders that declare the environment, as layers. A later layer is merged into those before it,
        attribute by attribute. They are searched on the controller as in C(files/).
      - Exactly one of O(manifest) and O(entities) is needed.
    type: list
    elements: str
  entities:
    description:
      - The entities themselves, each with C(type), C(key), C(was), C(refs), C(attributes) and C(state), as in a
        manifest. For some dozens; Ansible takes its time with long lists of variables.
    type: list
    elements: dict
  secrets:
    description:
      - The secrets of the manifest by name. There, an attribute whose value is a mapping with nothing but C(secret)
        names one of them.
    type: dict
    default: {}
  concurrency:
    description:
      - How many entities are worked on at the same time, 1 to 64.
    type: int
    default: 8
  gather:
    description:
      - V(each) reads each entity. V(list) reads each type by pages, where the profile has a list that is switched on
        and answers whole entities. What the list does not show is then read by itself.
    type: str
    choices: [each, list]
    default: each
  plan_out:
    description:
      - A file to write the plan into. No entity is written then, so outside of check mode nothing is reported as
        changed; RV(summary) says what would be. A relative path is beside the playbook.
    type: str
  plan_page:
    description:
      - A file to write a page into that shows the plan of O(plan_out) to who approves it, in HTML, with its digest.
    type: str
    version_added: 0.3.0
  plan_lifetime:
    description:
      - Days for which the plan of O(plan_out) can be applied, 3650 at most.
    type: float
    default: 7.0
  plan_file:
    description:
      - A plan that O(plan_out) wrote. Exactly what it says is done, or nothing. What is done already is left alone, so
        that an interrupted run is finished by the same plan.
    type: str
  plan_digest:
    description:
      - The digest of the plan that was approved, from a place that whoever can change the file cannot change. Without
        it RV(notes) say that nothing tells whether this is the approved file.
    type: str
  plan_again:
    description:
      - Whether a plan may be carried out once more that a file in O(journal) shows as carried out to its end. Without
        it such a plan is refused as soon as it would write anything, since somebody has changed the system on purpose
        after it. Without O(journal) only the days of O(plan_lifetime) protect from that.
    type: bool
    default: false
  approval:
    description:
      - Who approved, when, and under which reference. It is recorded in the journal, and so needs O(journal); it is
        not judged.
    type: dict
  prune_from:
    description:
      - An earlier manifest, as O(manifest). What it declared and this one does not is deleted, only by way of
        O(plan_out) and O(plan_file).
    type: list
    elements: str
  prune_limit:
    description:
      - How many entities O(prune_from) may delete. More refuses everything.
    type: int
    default: 0
  journal:
    description:
      - A folder in which each run writes a file that says what was intended, its outcome, and under which
        approval. A relative path is beside the playbook.
    type: str
  on_error:
    description:
      - V(stop) begins nothing more after the first error, and writes nothing at all when something could not be read.
        V(continue) goes on with what does not depend on what failed.
    type: str
    choices: [stop, continue]
    default: stop
  return_unchanged:
    description:
      - Whether RV(entities) holds the entities that are as declared, too.
    type: bool
    default: false
seealso:
  - module: rimops.insight.insight_entity
  - module: rimops.insight.insight_journal_info
"""

EXAMPLES = r"""
- name: The validation environment is as declared
  rimops.insight.insight_entities:
    manifest: [base/, validation/]

- name: Plan it for review
  rimops.insight.insight_entities:
    manifest: [base/, validation/]
    plan_out: plans/validation.json
  register: planned

- name: Do exactly what was approved
  rimops.insight.insight_entities:
    manifest: [base/, validation/]
    plan_file: plans/validation.json
    plan_digest: "{{ planned.plan_digest }}"
    approval: {who: J. Doe, reference: CHG-4711}
    journal: evidence/
"""

RETURN = r"""
summary:
  description: How many entities had each outcome. In check mode, and when only a plan is written, what it would be.
  returned: when the entities were read
  type: dict
  sample:
    {created: 3, updated: 1, deleted: 0, replaced: 0, unchanged: 196, failed: 0, moved: 0, outcome_unknown: 0,
     not_tried: 0, unverified: 0}
entities:
  description: Each entity that is not as declared, in the order in which they are written.
  returned: when the entities were read
  type: list
  elements: dict
  contains:
    entity:
      description: Its name in plans, journals and messages.
      type: str
      returned: always
    type:
      description: Its type.
      type: str
      returned: always
    key:
      description: Its key.
      type: dict
      returned: always
    outcome:
      description: One of V(created), V(updated), V(deleted), V(replaced), V(unchanged), V(failed), V(moved),
        V(outcome_unknown), V(not_tried).
      type: str
      returned: always
    operation:
      description: What was planned.
      type: str
      returned: when it could be read and needs something
    changes:
      description: What differs, an attribute at a time, as in M(rimops.insight.insight_entity). References by name.
      type: list
      elements: dict
      returned: when it could be read and needs something
    secrets:
      description: Where the secrets stand that are sent, as paths; never what they are.
      type: list
      elements: str
      returned: when secrets are sent
    entity_id:
      description: The id that the server gave it.
      type: raw
      returned: when it has one
    unverified:
      description: What was declared and cannot be observed.
      type: list
      elements: str
      returned: when there is something
    collateral:
      description: What the write changed without being planned.
      type: list
      elements: dict
      returned: when there is something
    notes:
      description: What else is worth knowing of it.
      type: list
      elements: str
      returned: when there is something to say
    why:
      description: What went wrong, or why it was not tried.
      type: str
      returned: when it was not done
    error:
      description: The kind of the error, and its details.
      type: dict
      returned: when there was one
  sample:
    - entity: event (eventName=Initial filing, applicationId=(appCode=123456, appName=Zelvora))
      type: event
      key: {eventName: Initial filing}
      outcome: updated
      operation: update
      changes: [{path: description, before: Something else, after: Initial marketing application}]
      entity_id: 46098
plan_digest:
  description: The digest of the plan file, for the approval.
  returned: when O(plan_out) is given
  type: str
  sample: sha256:5f0a8f3e3f4c4f7e9d0e3d3a2f1f0b115f0a8f3e3f4c4f7e9d0e3d3a2f1f0b11
journal:
  description: The file that this run wrote.
  returned: when O(journal) is given and something could be written
  type: str
  sample: evidence/20261121T101500Z-5f0a8f3e3f4c.jsonl
journal_head:
  description: The hash of its last line. Keep it elsewhere, it proves later that nothing was cut off or written anew.
  returned: when O(journal) is given and something could be written
  type: str
  sample: sha256:9d0e3d3a2f1f0b115f0a8f3e3f4c4f7e9d0e3d3a2f1f0b115f0a8f3e3f4c4f7e
error:
  description: Why the task failed as a whole, before single entities were looked at. An error of a single entity is
    in RV(entities).
  returned: when it failed as a whole
  type: dict
  contains:
    kind:
      description: The kind of the error, such as V(ConfigurationError), V(SchemaError), V(PlanRefused).
      type: str
      returned: always
    moved:
      description: Of a refused plan, the entities that are not as they were planned on, and how.
      type: dict
      returned: when it is that
    reasons:
      description: Of a refused plan, what in its file does not fit.
      type: list
      elements: str
      returned: when it is that
  sample: {kind: PlanRefused, moved: {"event (eventName=Initial filing)": was changed meanwhile}}
assumed:
  description: The operations that are used and that neither a document nor a probe backs, as keys of the profile.
  returned: when the entities were read
  type: list
  elements: str
  sample: [operations.find, operations.read, operations.update]
evidence:
  description: The reason, the reference of the change and who started it, as far as they are known.
  returned: when one of them is known
  type: dict
  sample: {reason: Release 4, change_reference: CHG-4711}
notes:
  description: What else is worth knowing, for instance the outcome of the intents of an interrupted run.
  returned: when there is something to say
  type: list
  elements: str
  sample: [The server changes its CSRF token with every answer, so requests go out one at a time.]
"""
