# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A folder that only we can read: whole writes, verified modes and owner, locks between processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, Optional

from .._text.redaction import printable
from .._transport.http import SYSTEM_CLOCK, Clock
from ..errors import ConfigurationError

WHAT = "use the token store"
FOLDER_MODE = 0o700
FILE_MODE = 0o600
OTHERS = 0o077
LOCK_PATIENCE = 1200.0
"""Seconds to wait for another process that holds a lock: longer than a device code lives."""
LOCK_INTERVAL = 0.02
LOCK_SILENCE = 5.0
"""Seconds of waiting after which it is said who is waited for."""


def _problem(path: str, why: str, hint: str) -> ConfigurationError:
    return ConfigurationError(WHAT, f"{path} {why}", hint)


def check_owned(path: str, status: os.stat_result) -> None:
    """Raises ConfigurationError unless the file or folder belongs to us and nobody else may read or write it."""
    if status.st_uid != os.geteuid():
        raise _problem(
            path,
            f"belongs to another user (uid {status.st_uid}, we are {os.geteuid()})",
            "Remove it, or set token_store to a folder of yours.",
        )
    if status.st_mode & OTHERS:
        mode = "0700" if stat.S_ISDIR(status.st_mode) else "0600"
        raise _problem(
            path,
            f"is open to others (mode {stat.S_IMODE(status.st_mode):04o})",
            f"Change the secrets that others may have read there, and set mode {mode}, or name another token_store.",
        )


def _open_as_is(path: str, flags: int) -> int:
    """Open a file, but nothing that a link leads to, and without waiting for whoever writes into a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _made(path: Path) -> bool:
    """Make a folder that only we can use, whatever the umask; returns whether nothing was there."""
    try:
        path.mkdir(mode=FOLDER_MODE)
    except OSError:
        if path.exists():  # also in a file system that is read-only
            return False
        raise
    path.chmod(FOLDER_MODE)
    return True


class Folder:
    """Files by name. Its errors are ConfigurationErrors that name the file and what to do."""

    def __init__(self, path: str, clock: Clock = SYSTEM_CLOCK, show: Optional[Callable[[str], None]] = None) -> None:
        """Make the folder where it is missing. path: absolute; show: shows the user at once which process is waited
        for."""
        self.path = path
        self._clock, self._show = clock, show
        self._reserved: set[str] = set()
        self._make()

    def _make(self) -> None:
        """Make the folder where it is missing, and check that it belongs to us."""
        path = self.path
        try:
            for parent in reversed(Path(path).parents):
                if _made(parent):
                    check_owned(str(parent), parent.stat())
            _made(Path(path))
            status = Path(path).stat()
        except OSError as error:
            raise self._failed(path, "made", error) from error
        if not stat.S_ISDIR(status.st_mode):
            raise _problem(path, "is no folder", "Set token_store to a folder.")
        check_owned(path, status)
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise _problem(
                path, "cannot be written", "Make it writable, or set token_store to another folder, or to none."
            )

    @staticmethod
    def _failed(path: str, done: str, error: OSError) -> ConfigurationError:
        return _problem(
            path,
            f"cannot be {done} ({error.strerror or error})",
            "Correct that, or set token_store to another folder, or to none.",
        )

    def file(self, name: str) -> str:
        """The whole path of a file."""
        return str(Path(self.path, name))

    def read(self, name: str) -> Optional[bytes]:
        """The content of a file, None where there is none."""
        path = self.file(name)
        try:
            with open(path, "rb", opener=_open_as_is) as file:  # Path.open takes no opener
                check_owned(path, os.fstat(file.fileno()))
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._failed(path, "read", error) from error

    def write(self, name: str, content: bytes) -> None:
        """Write a file as a whole: the new content is on the disk before it replaces the old one. The caller holds a
        lock. A folder that was removed meanwhile is made again."""
        path, partial = self.file(name), self.file(f"{name}.tmp")
        try:
            self._write(partial, content, name in self._reserved)
            Path(partial).replace(path)
            self._sync()
        except OSError as error:
            raise self._failed(path, "written", error) from error
        self._reserved.discard(name)

    def _write(self, partial: str, content: bytes, reserved: bool = False) -> None:
        """Write a file and have it on the disk. reserved: into the blocks of the file that is there."""
        if not Path(self.path).exists():
            self._make()
        if not (reserved and Path(partial).exists()):
            reserved = False
            with contextlib.suppress(FileNotFoundError):
                Path(partial).unlink()
        anew = 0 if reserved else os.O_CREAT | os.O_EXCL
        descriptor = os.open(partial, os.O_WRONLY | anew | os.O_NOFOLLOW, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, FILE_MODE)
            check_owned(partial, os.fstat(descriptor))
            file.write(content)
            file.truncate()
            file.flush()
            os.fsync(descriptor)

    @contextlib.contextmanager
    def reserved(self, name: str, size: int) -> Iterator[None]:
        """Have room on the disk for so many bytes of a file, so that a write of it cannot fail for want of room. The
        caller holds a lock."""
        partial = self.file(f"{name}.tmp")
        try:
            self._write(partial, secrets.token_bytes(size))  # random, for file systems that compress
            self._reserved.add(name)
            yield
        except OSError as error:
            raise self._failed(self.file(name), "written", error) from error
        finally:
            self._reserved.discard(name)
            with contextlib.suppress(OSError):
                Path(partial).unlink()

    def _sync(self) -> None:
        """Make a rename last through a power failure."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, name: str) -> bool:
        """Remove a file; returns whether there was one."""
        try:
            Path(self.file(name)).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._failed(self.file(name), "removed", error) from error
        return True

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold a lock against threads and processes. The kernel releases it when its holder is killed."""
        path = self.file(f"{name}.lock")
        descriptor = self._opened(path)
        try:
            self._lock(path, descriptor)
            while not _is_at(path, descriptor):  # removed while we waited: others lock the one that is there now
                os.close(descriptor)
                descriptor = self._opened(path)
                self._lock(path, descriptor)
            _sign(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _opened(self, path: str) -> int:
        try:
            if not Path(self.path).exists():
                self._make()
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, FILE_MODE)
        except OSError as error:
            raise self._failed(path, "opened", error) from error

    def _lock(self, path: str, descriptor: int) -> None:
        """Lock a file that is open, waiting for whoever holds it. Raises ConfigurationError after LOCK_PATIENCE."""
        begin, shown = self._clock.monotonic(), False
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                waited = self._clock.monotonic() - begin
                if waited > LOCK_PATIENCE:
                    raise _problem(path, f"is held by {_holder(descriptor)}", "Wait for it, or end it.") from error
            except OSError as error:
                raise self._failed(path, "locked", error) from error
            if waited > LOCK_SILENCE and self._show and not shown:
                self._show(f"Waiting for {_holder(descriptor)}, which holds {path} of the token store.")
                shown = True
            self._clock.sleep(LOCK_INTERVAL)


def _is_at(path: str, descriptor: int) -> bool:
    """Whether a file that was opened still lies there."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))  # noqa: PTH116
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    """Write into the lock's file which process holds it. A full disk is no error: the lock holds without the text."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} on {socket.gethostname()}".encode(), 0)


def _holder(descriptor: int) -> str:
    """Who holds a lock, as far as it says so."""
    signed = printable(os.pread(descriptor, 200, 0).decode("utf-8", "replace"))
    return f"another process ({signed})" if signed else "another process"
