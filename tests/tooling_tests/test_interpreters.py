# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Pythons of pyenv are found where HOME is a new one, and a shim is never taken for one."""

from __future__ import annotations

import os
from pathlib import Path

import interpreters
import pytest


@pytest.fixture
def pyenv(tmp_path: Path) -> Path:
    """A pyenv with a Python, and a shim that knows no home."""
    for name in ("versions/3.12.1/bin/python3", "shims/python3"):
        path = tmp_path / "pyenv" / name
        path.parent.mkdir(parents=True)
        path.write_text("#!/bin/sh\nexit 1\n")
        path.chmod(0o755)
    return tmp_path / "pyenv"


@pytest.mark.parametrize("told_by", ["PYENV_ROOT", "PATH", "HOME"])
def test_pyenv_is_found(pyenv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told_by: str) -> None:
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "new"))
    monkeypatch.setenv("PATH", os.defpath)
    if told_by == "HOME":
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / ".pyenv").symlink_to(pyenv)
    else:
        monkeypatch.setenv(told_by, str(pyenv if told_by == "PYENV_ROOT" else pyenv / "shims"))
    found = [path.resolve() for path in interpreters.candidates()]
    assert pyenv / "versions" / "3.12.1" / "bin" / "python3" in found
    assert str(pyenv / "shims") not in interpreters.search_path()


def test_what_a_part_lacks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = [line for line in interpreters.missing([]) if line.startswith("servers")]
    assert said == ["servers-oidc_provider: no node", "servers-oidc_provider: no npm"]
