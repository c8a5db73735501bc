# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module entry: runs a command on another host, as an ordinary Ansible module."""

from __future__ import annotations

import math
import select
from threading import Thread

from ansible.module_utils.basic import AnsibleModule

from .._options.context import Context
from .._transport.deadline import GRACE, Ending, work_until
from .._transport.request_log import last_of
from .argument_spec import argument_spec, secret_values
from .base import LOGGED_FROM, REQUEST_LOG, Command, handed_over
from .results import run_command


def run_module(command: Command) -> None:
    """Run the command with the parameters of this module; never returns."""
    spec = argument_spec(command)
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True, **command.constraints)
    values, beside = handed_over(module.params)
    # the task ends over there; nobody ends us
    ending = Ending(beside.ends_in or math.inf)
    work_until(ending)
    Thread(target=_end_unheard, args=[ending], daemon=True).start()
    lines: list[str] = []
    context = Context(
        check_mode=module.check_mode,
        diff_mode=module._diff,
        warn=module.warn,
        log=lines.append if module._verbosity >= LOGGED_FROM else None,
        held_back=beside.held_back,
    )
    result = run_command(command, values, context, secret_values(spec, module.params))
    if lines:
        result[REQUEST_LOG] = last_of(lines)  # the controller shows and removes it
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def _end_unheard(ending: Ending) -> None:
    """End this process as soon as the controller does not read its result any more, as after Ctrl-C there."""
    result = select.poll()
    result.register(1, 0)  # waits for errors and for a hang-up, which need not be asked for
    if any(event & (select.POLLERR | select.POLLHUP) for _descriptor, event in result.poll()):
        ending.begin(GRACE)
