# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes a journal with eight threads until it is killed. After each intent, and so before its request would be sent,
the entity's name goes to standard output."""

from __future__ import annotations

import itertools
import os
import sys
import threading

from ansible_collections.rimops.insight.plugins.module_utils._journal.reader import earlier_runs, unfinished
from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import Journal, Start

FOLDER = sys.argv[1]
URL = "https://insight.example.com"
before = unfinished(earlier_runs(FOLDER, URL), "sha256:m")
journal = Journal(FOLDER, Start(URL, "sha256:m", "sha256:p", continues=before))


def work(number):
    for step in itertools.count():
        entity = f"event ({number}, {step})"
        journal.intent(entity, "create", "absent", "sha256:a")
        os.write(1, f"{entity}\n".encode())
        journal.outcome(entity, "created", "Fri, 02 Jan 2026 03:04:05 GMT")


for number in range(8):
    threading.Thread(target=work, args=(number,)).start()
