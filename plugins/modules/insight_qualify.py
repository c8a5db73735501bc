#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_qualify
short_description: Judges an installation of this collection, and a cycle in a sandbox
version_added: 0.3.0
description:
  - Compares the installed files of the collection with the collection's own list, lists versions, judges the steps of a
    cycle that was run in a sandbox, and writes a page and a document. They are input for the installation and
    operational qualification of your organisation, and claim compliance with nothing.
  - It asks no system. The playbook C(rimops.insight.qualify) runs the cycle and this module.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
  - rimops.insight.options
attributes:
  async:
    description: Cannot be used. What is judged is on the controller, in the task's own process.
    support: none
  check_mode:
    description: There is no difference. No system is asked, and the reports are written.
    support: full
  diff_mode:
    description: Shows nothing.
    support: none
  idempotent:
    description: Nothing is ever reported as changed.
    support: full
options:
  type:
    description: The type of the entity of the cycle.
    type: str
    required: true
  key:
    description: Its key.
    type: dict
    required: true
  refs:
    description: The entities that it belongs to, as in M(rimops.insight.insight_entity).
    type: dict
    default: {}
  attributes:
    description: What it was declared to hold first.
    type: dict
    required: true
  change:
    description: What it was declared to hold otherwise then.
    type: dict
    required: true
  steps:
    description:
      - The steps that were run, by name. Each has C(result), which M(rimops.insight.insight_entity) returned, and
        C(read), which M(rimops.insight.insight_entity_info) returned after it. The names are V(before), V(create),
        V(create_again), V(check_change), V(change), V(change_again), V(remove) and V(remove_again). A step that is not
        given counts as not checked.
    type: dict
    required: true
  began:
    description: When the cycle began, in UTC, as in V(2026-01-31T08:00:00Z).
    type: str
    required: true
  reports:
    description: The reports to write, each as a file. A relative path is beside the playbook.
    type: dict
    default: {}
    suboptions:
      html:
        description: A page for people, in one file.
        type: str
      json:
        description: A document for programs.
        type: str
  fail:
    description: Whether the task fails where something is not as expected, or was not checked.
    type: bool
    default: true
seealso:
  - module: rimops.insight.insight_entity
  - module: rimops.insight.insight_probe
"""

EXAMPLES = r"""
- name: Judge what was run
  rimops.insight.insight_qualify:
    type: application
    key: {appCode: "999999", appName: Qualification}
    attributes: {selectedProducts: [Zelvora 10 mg]}
    change: {selectedProducts: [Zelvora 20 mg]}
    began: "2026-01-31T08:00:00Z"
    steps:
      before: {read: "{{ before }}"}
    reports:
      html: reports/qualification.html
"""

RETURN = r"""
verdict:
  description: V(as_expected), V(not_as_expected), or V(not_checked) where something was not looked at.
  returned: always
  type: str
  sample: as_expected
findings:
  description: What is not as expected or was not checked, each with C(part), C(name), C(verdict) and C(notes).
  returned: always
  type: list
  elements: dict
  sample:
    - part: Installed files
      name: plugins/modules/insight_entity.py
      verdict: not_as_expected
      notes: [Its content is not that of the list.]
versions:
  description: The versions of what the collection runs with.
  returned: always
  type: dict
  sample: {rimops.insight: 0.3.0, ansible-core: 2.21.5}
reports:
  description: The files that were written, by format.
  returned: always
  type: dict
  sample: {html: /srv/insight/reports/qualification.html}
"""
