#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: insight_journal_info
short_description: Verifies the journals of whole environments
version_added: 0.2.0
description:
  - Reads one journal, or each one in a folder, and checks that it is as it was written. Each line holds a hash over
    itself and the line before.
  - Fails when a line was changed, added or taken away, and when the journal does not end with O(head). Of a folder, it
    fails too when a journal is missing, or was cut, that a later one says it continues.
  - A chain alone notices neither a cut tail nor a file that was written anew. Give O(head), as the pipeline's log or
    the change record kept it; without it a note says what could not be checked.
  - A run that was killed leaves a journal without an end. That is no damage; RV(open) names what was under way.
author:
  - The rimops.insight authors (@rimops)
extends_documentation_fragment:
  - rimops.insight.attributes
attributes:
  action_group:
    description: Has none of the options that the modules of the group share, so it is no member.
    support: none
    membership: []
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
  idempotent:
    description: Changes nothing.
    support: full
options:
  journal:
    description:
      - The file, or the folder with the files, where the task runs. A relative path is relative to the current folder,
        not to the playbook as in M(rimops.insight.insight_entities).
    type: path
    required: true
  head:
    description:
      - The hash of the last line, as RV(ignore:journal_head) returned it. Of a folder, one journal must end with it.
    type: str
seealso:
  - module: rimops.insight.insight_entities
"""

EXAMPLES = r"""
- name: The journals are as they were written
  rimops.insight.insight_journal_info:
    journal: "{{ playbook_dir }}/evidence"
  register: evidence

- name: Nothing is left open, by any run
  ansible.builtin.assert:
    that: evidence.open | length == 0

# From the shell:
# ansible localhost -m rimops.insight.insight_journal_info -a "journal=evidence/ head=sha256:..."
"""

RETURN = r"""
journals:
  description: The journals, oldest first. On failure they are in RV(error).
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The file.
      returned: always
      type: str
    lines:
      description: How many whole lines it has.
      returned: always
      type: int
    head:
      description: The hash of its last line.
      returned: always
      type: str
    held:
      description: Whether that is O(head).
      returned: always
      type: bool
    ended:
      description: Whether the run came to its end.
      returned: always
      type: bool
    running:
      description: Whether the process that writes it is alive on this machine.
      returned: always
      type: bool
    problems:
      description: What is not as it was written.
      returned: always
      type: list
      elements: str
    notes:
      description: What else is worth knowing, such as what could not be checked.
      returned: always
      type: list
      elements: str
    open:
      description: What was under way and has no outcome, with the digests of the entity before and after.
      returned: always
      type: list
      elements: dict
    run:
      description: What the first line says of the run.
      returned: always
      type: dict
  sample:
    - file: evidence/20260102T030405.000000Z-0f3a7c1d0000.jsonl
      lines: 412
      head: sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
      held: true
      ended: true
      running: false
      problems: []
      notes: []
      open: []
      run: {url: https://insight.example.com, initiator: GitLab user jdoe, reason: Initial provisioning}
open:
  description:
    - The intents that have no outcome in any of the journals. An intent that a later run continued is listed for that
      run only. The intents of a run that is still going on are listed, too.
  returned: success
  type: list
  elements: dict
  contains:
    file:
      description: The journal.
      returned: always
      type: str
    at:
      description: When it was begun, in UTC.
      returned: always
      type: str
    entity:
      description: The entity, without secrets.
      returned: always
      type: str
    operation:
      description: V(create), V(update) or V(delete).
      returned: always
      type: str
    before:
      description: The digest of the entity before.
      returned: always
      type: str
    after:
      description: The digest of the entity as it should have become.
      returned: always
      type: str
    job:
      description:
        - What the server has accepted and not ended yet, as far as the journal knows. RV(ignore:operation) is the key
          of the operation in the profile, RV(ignore:names) holds the values with which it is polled.
      returned: when the server had accepted it
      type: dict
  sample:
    - file: evidence/20260102T030405.000000Z-0f3a7c1d0000.jsonl
      at: "2026-01-02T03:04:06.120Z"
      entity: application (appCode=123456, appName=Zelvora)
      operation: create
      before: absent
      after: sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
error:
  description: What went wrong; RV(ignore:error.journals) holds the journals.
  returned: failure
  type: dict
  sample: {kind: JournalError}
"""

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_journal_info import JOURNAL_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.module_entry import run_module


def main() -> None:
    """Run the module."""
    run_module(JOURNAL_INFO)


if __name__ == "__main__":
    main()
