#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_drift
short_description: Checks whether an Ennov InSight system is as it is declared
version_added: 0.3.0
description:
  - Reads what a manifest declares, compares it with the system, and writes reports. It never writes to the system.
  - Besides what differs, the reports say what could not be compared, and what was not looked at. The verdict is
    V(no_drift) only when nothing is left open, or when it is accepted in O(exceptions).
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
attributes:
  async:
    description: Cannot be used. Manifests and reports are on the controller, in the task's own process.
    support: none
  check_mode:
    description: There is no difference. The system is only read, and the reports are written.
    support: full
  diff_mode:
    description: The result and the reports show what differs.
    support: none
  idempotent:
    description: Nothing is ever reported as changed.
    support: full
options:
  name:
    description: What the reports call the environment. Without it they show its address.
    type: str
  manifest:
    description:
      - The files and folders that declare the environment, as layers, as in M(rimops.insight.insight_entities). What
        M(rimops.insight.insight_export) wrote is a manifest too, and serves as a baseline.
      - Exactly one of O(manifest) and O(entities) is needed.
    type: list
    elements: str
  entities:
    description:
      - The entities themselves, as in M(rimops.insight.insight_entities). For some dozens.
      - An empty list is refused unless O(complete) or O(unread) says what else there is to look at.
    type: list
    elements: dict
  secrets:
    description:
      - The secrets of the manifest by name, where they are to be compared with what the system shows. Those that
        are not given count as not compared.
    type: dict
    default: {}
  strict:
    description:
      - Whether attributes that are not declared count too, as far as the system does not set them itself. Set it for
        a baseline.
    type: bool
    default: false
  undeclared:
    description:
      - Whether to look for entities of the declared types that nobody declares, where the profile has a list that is
        switched on. They are shown, and do not count as drift.
    type: bool
    default: true
  complete:
    description:
      - The types of which O(manifest) declares all entities, as an export does. What is there besides is then unwanted,
        which counts as drift. They need a list that is switched on.
    type: list
    elements: str
    default: []
  unread:
    description:
      - What could not be exported from the other system, as C(not_exported) of M(rimops.insight.insight_export) says
        it. It is shown as not checked.
    type: list
    elements: dict
    default: []
  concurrency:
    description: How many entities are read at the same time, 1 to 64.
    type: int
    default: 8
  gather:
    description:
      - V(each) reads each entity. V(list) reads each type by pages, where the profile has a list that is switched on
        and answers whole entities. What the list does not show is then read by itself.
    type: str
    choices: [each, list]
    default: each
  exceptions:
    description:
      - A file of accepted exceptions, each with a reason and the last day on which it holds. An exception accepts the
        values that it names; another value counts as drift. A relative path is beside the playbook.
    type: str
  exceptions_out:
    description:
      - A file to write such exceptions into, for all that differs today, to be reviewed. What O(exceptions) accepts
        stays in it as far as it is still there, holds for all entities of a type, or is of an entity that was not seen.
    type: str
  exceptions_days:
    description: For how many days the exceptions of O(exceptions_out) hold, 1 to 36500.
    type: int
    default: 90
  previous:
    description:
      - The JSON report of an earlier check. Each drift is then new, standing since a date, changed again, or gone. Of
        several checks of this system in it, the one with this O(name) counts. Where it holds none, the notes say so.
    type: str
  reports:
    description: The reports to write, each as a file. A relative path is beside the playbook.
    type: dict
    default: {}
    suboptions:
      html:
        description: A page for people, in one file.
        type: str
      json:
        description: A document for programs, and for O(previous).
        type: str
      junit:
        description: A test case for each entity, for continuous integration.
        type: str
      markdown:
        description: A summary for a pull request or a chat.
        type: str
      openmetrics:
        description: Numbers for the text file collector of Prometheus' node exporter.
        type: str
  fail_on:
    description:
      - The findings with which the task fails, after the reports were written; V(incomplete) also where there is drift
        besides.
    type: list
    elements: str
    choices: [drift, incomplete]
    default: []
  sides:
    description: What the reports call both sides of a difference, the system that is checked first.
    type: list
    elements: str
    default: ["on the server", declared]
  url_there:
    description: The address of the second side, where that is a system too, for the reports.
    type: str
  expected_here:
    description:
      - The layers that declare the system that is checked, where O(manifest) was exported from another system. What the
        two are declared to differ in is accepted. Needs O(expected_there).
    type: list
    elements: str
  expected_there:
    description: The layers that declare the system from which O(manifest) was exported.
    type: list
    elements: str
  commit:
    description: The commit of the manifest, for the reports.
    type: str
  mend:
    description: A command that brings the system back to what is declared, for the reports.
    type: str
seealso:
  - module: rimops.insight.insight_entities
  - module: rimops.insight.insight_export
"""

EXAMPLES = r"""
- name: The validation environment has not drifted
  rimops.insight.insight_drift:
    name: VALIDATION
    manifest: [base/, validation/]
    reports:
      html: reports/validation.html
      junit: reports/validation.xml
    fail_on: [drift, incomplete]
"""

RETURN = r"""
verdict:
  description:
    - V(drift) where something is not as declared, V(incomplete) where something could not be compared, else
      V(no_drift). What is accepted counts as neither.
  returned: when the check was made
  type: str
  sample: drift
summary:
  description: How many entities had each verdict.
  returned: when the check was made
  type: dict
  sample:
    {drifted: 2, missing: 0, unwanted: 0, undeclared: 1, not_checked: 0, as_declared: 220, accepted: 1, unobserved: 0}
rows:
  description: Each entity that is not as declared, or of which something could not be compared.
  returned: when the check was made
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
    verdict:
      description: One of V(drifted), V(missing), V(unwanted), V(undeclared), V(not_checked), V(as_declared).
      type: str
      returned: always
    changes:
      description: What differs, an attribute at a time. C(before) is what the system holds, C(after) what is declared.
      type: list
      elements: dict
      returned: when something differs
    secrets:
      description: The paths of secrets of which the system shows other values.
      type: list
      elements: str
      returned: when there are any
    not_compared:
      description: What could not be compared, as C(path) and C(why). For an entity that was not read the path is empty.
      type: list
      elements: dict
      returned: when there is something
    accepted:
      description: The exception that covers it, with C(reason) and C(expires).
      type: dict
      returned: when it is accepted
    changed_by:
      description: Who changed it last, as the system shows it.
      type: str
      returned: when it differs and the profile says which attribute that is
    changed_at:
      description: When it was changed last, as the system shows it.
      type: str
      returned: when it differs and the profile says which attribute that is
    trend:
      description: One of V(new), V(standing), V(changed), V(gone).
      type: str
      returned: when O(previous) is given and it differs, or did
    since:
      description: When a check saw it first.
      type: str
      returned: when O(previous) is given and it differs, or did
  sample:
    - entity: event (eventName=Initial filing, applicationId=(appCode=123456, appName=Zelvora))
      type: event
      key: {eventName: Initial filing}
      verdict: drifted
      changes: [{path: description, before: Edited by hand, after: Initial marketing application}]
not_looked:
  description: What was not looked at, as C(path), which is a type, and C(why).
  returned: when the check was made
  type: list
  elements: dict
  sample: [{path: country, why: none of it is declared}]
error:
  description: Why the system could not be read to the end. Or, where nothing was checked at all, the kind of the error.
  returned: when there was one
  type: raw
  sample: "Cannot read application (id 17): the server did not answer."
reports:
  description: The files that were written, by format.
  returned: when the check was made
  type: dict
  sample: {html: /srv/insight/reports/validation.html}
assumed:
  description: The operations that are used and that neither a document nor a probe backs, as keys of the profile.
  returned: when the check was made
  type: list
  elements: str
  sample: [operations.find, operations.read]
notes:
  description: What else is worth knowing, for instance which exceptions have expired.
  returned: when there is something to say
  type: list
  elements: str
  sample: ["The exception for event (eventName=Renewal) expired on 2026-12-31, and accepts nothing any more."]
"""
