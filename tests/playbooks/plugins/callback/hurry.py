# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets progress be told more often, so that a test need not wait for it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: hurry
type: aggregate
short_description: Tells progress more often
description: Sets the seconds between two lines of progress to RIMOPS_PROGRESS_EVERY, for all workers.
author: The rimops.insight authors
"""

import os

from ansible.plugins.callback import CallbackBase

from ansible_collections.rimops.insight.plugins.plugin_utils._environment import executor as engine


class CallbackModule(CallbackBase):
    """Workers are forks of the process in which this stands."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "hurry"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        engine.PROGRESS_EVERY = float(os.environ["RIMOPS_PROGRESS_EVERY"])
