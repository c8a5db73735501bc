# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door on another host: runs a command as an ordinary Ansible module."""

from __future__ import annotations

import math
import select
from collections.abc import Mapping
from threading import Thread

from ansible.module_utils.basic import AnsibleModule

from .._options.context import Context
from .._transport.deadline import GRACE, Ending, work_until
from .._transport.request_log import last_of
from .argument_spec import argument_spec, secret_values
from .base import LOGGED_FROM, REQUEST_LOG, Command
from .results import run_command


def run_module(command: Command) -> None:
    """Run the command with the parameters of this module; never returns."""
    spec = argument_spec(command)
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True, **command.constraints)
    profile = module.params.get("profile")
    # the task ends over there; nobody ends us
    ending = Ending(profile.get("ends_in", math.inf) if isinstance(profile, Mapping) else math.inf)
    work_until(ending)
    Thread(target=_end_unheard, args=[ending], daemon=True).start()
    lines: list[str] = []
    context = Context(
        check_mode=module.check_mode,
        diff_mode=module._diff,
        warn=module.warn,
        log=lines.append if module._verbosity >= LOGGED_FROM else None,
    )
    result = run_command(command, module.params, context, secret_values(spec, module.params))
    if lines:
        result[REQUEST_LOG] = last_of(lines)  # the controller shows and removes it
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def _end_unheard(ending: Ending) -> None:
    """Begin the end as soon as nobody reads our result any more, as after Ctrl-C over there."""
    result = select.poll()
    result.register(1, 0)  # waits for errors and for a hang-up, which need not be asked for
    if any(event & (select.POLLERR | select.POLLHUP) for _descriptor, event in result.poll()):
        ending.begin(GRACE)
