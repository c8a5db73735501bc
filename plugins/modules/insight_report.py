#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_report
short_description: Writes pages and other reports of checks, plans and journals
version_added: 0.3.0
description:
  - Writes one report of the checks of several systems, or a page of a plan for who approves it, or a page of
    journals as evidence. It reads files, and asks no system.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
attributes:
  action_group:
    description: Has none of the options that the modules of the group share, so it is no member.
    support: none
    membership: []
  async:
    description: Cannot be used. The files are on the controller, and are read in the task's own process.
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
  checks:
    description:
      - The JSON reports of checks, as M(rimops.insight.insight_drift) wrote them. A relative path is beside the
        playbook.
    type: list
    elements: str
  expected:
    description:
      - The names of the systems that O(checks) should tell of. Where it does not, they are shown as not checked.
    type: list
    elements: str
    default: []
  reasons:
    description: Why a system of O(expected) could not be checked, by its name, for those without a report.
    type: dict
    default: {}
  plan:
    description: A plan that M(rimops.insight.insight_entities) wrote.
    type: str
  journal:
    description: A journal, or a folder of them. The page says whether they are as they were written.
    type: str
  head:
    description: The hash of the last line of a journal, as it was kept elsewhere.
    type: str
  reports:
    description:
      - The reports to write, each as a file. Of O(plan) and of O(journal) there is O(reports.html) only. A relative
        path is beside the playbook.
    type: dict
    required: true
    suboptions:
      html:
        description: A page for people, in one file.
        type: str
      json:
        description: A document for programs.
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
seealso:
  - module: rimops.insight.insight_drift
  - module: rimops.insight.insight_journal_info
"""

EXAMPLES = r"""
- name: One page of all systems
  rimops.insight.insight_report:
    checks: [reports/validation.json, reports/production.json]
    expected: [VALIDATION, PRODUCTION]
    reports:
      html: reports/all.html

- name: The page of a plan, for who approves it
  rimops.insight.insight_report:
    plan: plans/validation.json
    reports:
      html: plans/validation.html

- name: The evidence of the last release
  rimops.insight.insight_report:
    journal: evidence/
    reports:
      html: evidence.html
"""

RETURN = r"""
verdict:
  description: The worst verdict of all checks, as in M(rimops.insight.insight_drift).
  returned: when O(checks) is given
  type: str
  sample: no_drift
systems:
  description: The verdict on each system, by its name.
  returned: when O(checks) is given
  type: dict
  sample: {VALIDATION: no_drift, PRODUCTION: no_drift}
reports:
  description: The files that were written, by format.
  returned: success
  type: dict
  sample: {html: /srv/insight/reports/all.html}
"""
