# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """The options of every module that writes entities."""

    DOCUMENTATION = r"""
options:
  update_secrets:
    description:
      - When a secret is sent to an entity that exists.
      - V(on_create) never does, and the result says which secrets the server shows with another value. V(on_change)
        does when the server shows another value. Where the server hides a secret, it does when the secret differs from
        what was sent last time, which is remembered as a keyed fingerprint in O(token_store); when nothing is
        remembered nothing is sent, and the result names it as unverified. V(always) sends it each time and reports a
        change each time.
      - The guide of the entities says what counts as hidden.
    type: str
    choices: [on_create, on_change, always]
    default: on_create
  collateral:
    description:
      - What to do when a write changed something that was not planned. While the operation is assumed, anything but
        V(ignore) is a failure.
    type: str
    choices: [report, fail, ignore]
    default: report
  on_immutable:
    description:
      - What to do when an attribute differs that can only be set at creation. V(refuse) is an error.
      - With V(replace) the entity is deleted and created anew, as it is declared, in steps that check mode, diff and
        plan show first. What it holds and nobody declares goes with it, which the changes show; and it has another id.
      - It is refused before anything is deleted where something is missing that the new one needs, where what is
        deleted stays and keeps the key (see O(purge)), where the entity is named by its id, and where another entity of
        the same environment refers to it by an id that may change. What else refers to it by its id is not known.
    type: str
    choices: [refuse, replace]
    default: refuse
    version_added: 0.3.0
  purge:
    description:
      - Whether what is deleted is purged, too, so that nothing brings it back; and, for an entity that shall not exist,
        what was deleted earlier and stays. It is for types of which the profile says what stays as deleted
        (C(soft_deleted)) and what a purge is (C(purge)); where it says only the latter, the purge takes the place of
        the deletion. All others are deleted as ever.
    type: bool
    default: false
    version_added: 0.3.0
  wait:
    description:
      - Whether to read again, until O(wait_timeout), when the server still shows what was there before the write; and
        to wait for what the server has accepted and carries out later, where the profile says so (C(completes)). With
        V(false) that is asked for once.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds until a write must be visible, 0 to 86400. Unless you say it, these are 30 seconds; and an update of
        which the server's answer does not show what was declared is read back twice, O(wait_interval) apart, for most
        servers that do not show an update at once have not carried it out.
      - Also the seconds within which a job of the server must end where the profile says C(completes), and an entity
        be ready where it says C(until). What has not ended then is an unknown outcome, and the next run goes on
        waiting for it. Give a job that takes minutes its minutes.
    type: float
  wait_interval:
    description:
      - Seconds between two readings, 0.001 to 86400. Where a server that carries something out later says
        C(Retry-After), that counts instead.
    type: float
    default: 1.0
  reveal_to:
    description:
      - Where to keep secrets that the server shows once, in the answer to a create, as the profile says with
        C(reveals). An absolute path of a folder on the host on which the task runs. It gets a file for each such
        entity, which only its owner can read; a note of the result names the file. No secret stands in the result.
      - V(discard) loses them. Without this option such a create is refused before it is sent, in check mode, too.
    type: str
"""
