# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a process keeps of the systems that it speaks to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands import connection

PROGRAM = """
import os, sys
sys.path[:0] = sys.argv[1].split(":")
from ansible_collections.rimops.insight.plugins.module_utils._commands import connection

connection._CONNECTIONS["a system"] = None, "a connection"
connection.canary_writes("https://a.example.com", {"profile": {}})
child = os.fork()
if child == 0:
    os._exit(len(connection._CONNECTIONS) + len(connection._CANARY_WRITES))
_child, status = os.waitpid(child, 0)
print(os.WEXITSTATUS(status), len(connection._CONNECTIONS), len(connection._CANARY_WRITES))
"""


@pytest.mark.proves("NETWORK-9")
def test_a_fork_forgets_the_connections_of_its_parent():
    root = connection.__file__.partition("/ansible_collections/")[0]
    path = ":".join([root, *filter(None, sys.path)])
    said = subprocess.run([sys.executable, "-c", PROGRAM, path], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["0", "1", "1"]
