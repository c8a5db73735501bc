# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token store: one record for each identity, in a folder that stays after the task or in the memory of this
process.

A record is a JSON object. Its name is an HMAC over the whole identity, secrets included, under a random key that
belongs to the store: a wrong secret finds nothing, and a name cannot be used to guess a secret.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Optional

from .._transport.http import SYSTEM_CLOCK, Clock
from ..errors import ConfigurationError
from .private_folder import WHAT, Folder
from .tokens import LONGEST

FORMAT = 1
KEY_FILE = "key"
KEY_DIGEST_FILE = "key.sha256"
FINGERPRINTS_FILE = "fingerprints.json"
NAME = re.compile(r"[0-9a-f]{64}\Z")
KEY_BYTES = 32
ROOM = 256 * 1024
"""Bytes that are reserved for a record before a refresh token is sent: its successor may be longer."""

Record = Mapping[str, Any]


def _name(key: bytes, identity: Mapping[str, Any]) -> str:
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class FileStore:
    """Records in files."""

    durable = True

    def __init__(self, folder: Folder, warn: Callable[[str], None] = lambda _text: None) -> None:
        self.folder = folder
        self._warn = warn
        self._key: Optional[bytes] = None

    @staticmethod
    def is_name(text: str) -> bool:
        """Whether this is the name of a record, and so not a path to another place."""
        return bool(NAME.match(text))

    @property
    def location(self) -> Optional[str]:
        """The folder."""
        return self.folder.path

    def file(self, name: str) -> Optional[str]:
        """The name of a record's file in the folder."""
        return f"{name}.json"

    def name(self, identity: Mapping[str, Any]) -> str:
        """The record's name for an identity: a mapping of JSON values."""
        if self._key is None:
            key = self.folder.read(KEY_FILE)
            if key is not None and len(key) != KEY_BYTES:
                raise _corrupt(self.folder.file(KEY_FILE))
            self._key = key or self._new_key()
            self._check_key(self._key)
        return _name(self._key, identity)

    def _check_key(self, key: bytes) -> None:
        """Warn where the records were made under another key, so that none of them is found."""
        digest = hashlib.sha256(b"rimops.insight key" + key).hexdigest().encode()
        known = self.folder.read(KEY_DIGEST_FILE)
        if known == digest:
            return
        with self.folder.locked(KEY_FILE):
            self.folder.write(KEY_DIGEST_FILE, digest)
        if known is not None:
            self._warn(
                f"{self.folder.file(KEY_FILE)} was replaced: logins that were kept until now are not found any more, "
                "so a refresh token that is good once may be used up. Put the earlier key back, or log in anew."
            )

    def _new_key(self, new: Optional[bytes] = None) -> bytes:
        """The key in the file; where there is none, a new one, or the one that was there until now."""
        with self.folder.locked(KEY_FILE):
            key = self.folder.read(KEY_FILE)
            if key is None:
                key = new or secrets.token_bytes(KEY_BYTES)
                self.folder.write(KEY_FILE, key)
            return key

    def locked(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Hold a record against every thread and process."""
        return self.folder.locked(name)

    def load(self, name: str) -> Optional[Record]:
        """A record, None where there is none."""
        record = _read(self.folder, f"{name}.json")
        for part, kinds in PARTS.items():
            value = (record or {}).get(part)
            if value is not None and not _holds(value, kinds):
                raise _corrupt(self.folder.file(f"{name}.json"))
        return record

    def reserved(self, name: str) -> contextlib.AbstractContextManager[None]:
        """Have room on the disk for a record. The caller holds its lock."""
        return self.folder.reserved(f"{name}.json", ROOM)

    def save(self, name: str, record: Record) -> None:
        """Write a record; it is on the disk when this returns. The caller holds its lock."""
        _write(self.folder, f"{name}.json", record)
        if self._key and self.folder.read(KEY_FILE) is None:  # else nobody finds the record
            self._new_key(self._key)

    def remove(self, name: str) -> bool:
        """Remove a record; returns whether there was one. The caller holds its lock."""
        return self.folder.remove(f"{name}.json")


PARTS: Mapping[str, Mapping[str, tuple[type, ...]]] = {
    "denied": {"at": (int, float), "what": (str,), "why": (str,), "hint": (str,)},
    "pending": {
        "state": (str,),
        "code_verifier": (str,),
        "redirect_uri": (str, type(None)),
        "expires_at": (int, float),
    },
}
"""What stands in a record beside the state, where it does."""


def _holds(value: Any, kinds: Mapping[str, tuple[type, ...]]) -> bool:
    """Whether a value is a mapping of these names to values of these types, numbers that can be counted with."""
    if not isinstance(value, Mapping) or not all(isinstance(value.get(name), kinds[name]) for name in kinds):
        return False
    return all(abs(value[name]) < LONGEST for name in kinds if float in kinds[name])


def _corrupt(path: str, why: str = "is damaged") -> ConfigurationError:
    return ConfigurationError(
        WHAT, f"{path} {why}", "Remove it to log in anew. A rotated refresh token in it is lost then."
    )


_parsed = lru_cache(maxsize=1)(json.loads)
"""Keeps the file of fingerprints in memory, since each entity asks for its fingerprints and the file holds all of them.
Callers do not change the returned value."""


def _read(folder: Folder, file: str, parsed: Callable[[bytes], Any] = json.loads) -> Optional[Record]:
    """A record of this format; None where there is no file. Raises ConfigurationError for a file that is none."""
    content = folder.read(file)
    if content is None:
        return None
    try:
        record = parsed(content)
    except (ValueError, RecursionError) as error:
        raise _corrupt(folder.file(file)) from error
    if not isinstance(record, dict):
        raise _corrupt(folder.file(file))
    if record.get("format") != FORMAT:
        raise _corrupt(folder.file(file), "was written by another version of this collection")
    return record


def _write(folder: Folder, file: str, record: Record) -> None:
    folder.write(file, json.dumps({"format": FORMAT, **record}).encode())


_MEMORY: dict[str, Record] = {}
"""The records of every MemoryStore: they live as long as the process, which with Ansible is one task, loop included."""
_MEMORY_KEY = secrets.token_bytes(KEY_BYTES)
_MEMORY_LOCKS: dict[str, threading.Lock] = {}


def clear_memory() -> None:
    """Forget all records that are kept in memory."""
    _MEMORY.clear()


class MemoryStore:
    """Records in this process's memory, for a task and no longer."""

    durable = False
    location: Optional[str] = None

    def file(self, _name: str) -> Optional[str]:
        """There is no file."""
        return None

    def name(self, identity: Mapping[str, Any]) -> str:
        """The record's name for an identity."""
        return _name(_MEMORY_KEY, identity)

    def locked(self, name: str) -> contextlib.AbstractContextManager[Any]:
        """Hold a record against every thread."""
        return _MEMORY_LOCKS.setdefault(name, threading.Lock())

    def load(self, name: str) -> Optional[Record]:
        """A record, None where there is none."""
        return _MEMORY.get(name)

    def reserved(self, _name: str) -> contextlib.AbstractContextManager[None]:
        """Memory needs no room."""
        return contextlib.nullcontext()

    def save(self, name: str, record: Record) -> None:
        """Keep a record."""
        _MEMORY[name] = record

    def remove(self, name: str) -> bool:
        """Forget a record; returns whether there was one."""
        return _MEMORY.pop(name, None) is not None


class Fingerprints:
    """What is remembered of secret attributes: fingerprints by attribute path, by entity, and the key under which
    they were made. Key and fingerprints share one file, so that it can be carried to another machine."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def key(self) -> bytes:
        """The key for new fingerprints, made on first use."""
        known = self._read()
        if known:
            return base64.b64decode(known["key"])
        with self._opened() as record:
            return base64.b64decode(record["key"])

    def load(self, entity: str) -> dict[str, str]:
        """The fingerprints of an entity, by attribute path; none where it was never seen. entity: a text that
        identifies it across systems."""
        record = self._read() or {}
        return dict(record.get("entities", {}).get(entity, {}))

    def save(self, entity: str, fingerprints: Mapping[str, str]) -> None:
        """Remember these and no other fingerprints of an entity; none forgets it."""
        with self._opened() as record:
            record["entities"].pop(entity, None)
            if fingerprints:
                record["entities"][entity] = dict(fingerprints)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[dict[str, Any]]:
        """The file's content, written when it was changed."""
        with self._folder.locked(FINGERPRINTS_FILE):
            before = self._read()
            key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
            record = {"key": key, "entities": {}, **(before or {})}
            record["entities"] = dict(record["entities"])
            yield record
            if record != before:
                _write(self._folder, FINGERPRINTS_FILE, record)

    def _read(self) -> Optional[Record]:
        """The record of all fingerprints; None where there is none. Raises ConfigurationError for a damaged one."""
        record = _read(self._folder, FINGERPRINTS_FILE, _parsed)
        if record is None:
            return None
        entities: Any = record.get("entities")
        whole = isinstance(record.get("key"), str) and isinstance(entities, Mapping)
        if not (whole and all(isinstance(one, Mapping) for one in entities.values())):
            raise _corrupt(self._folder.file(FINGERPRINTS_FILE))
        return record


Store = Any
"""A FileStore or a MemoryStore."""


def _automatic(environment: Mapping[str, str]) -> tuple[Optional[str], str]:
    """The folder of this user's state, or None and why there is none."""
    base = environment.get("XDG_STATE_HOME") or ""
    if not Path(base).is_absolute():
        home = environment.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 # without a passwd entry Path raises
        if not Path(home).is_absolute():
            return None, "there is no home directory"
        base = str(Path(home, ".local", "state"))
    folder = Path(base, "rimops.insight")
    # os.path.exists, because Path.exists raises where a folder above may not be entered
    existing = next(path for path in (folder, *folder.parents) if os.path.exists(path))  # noqa: PTH110
    status = existing.stat()
    if status.st_uid != os.geteuid():
        return None, f"{existing} belongs to another user"
    if status.st_mode & stat.S_IWOTH and existing != folder:
        return None, f"{existing} is shared with others"
    if not os.access(existing, os.W_OK | os.X_OK):
        return None, f"{existing} cannot be written"
    return str(folder), ""


def open_store(
    token_store: str,
    warn: Callable[[str], None],
    clock: Clock = SYSTEM_CLOCK,
    environment: Optional[Mapping[str, str]] = None,
    show: Optional[Callable[[str], None]] = None,
) -> Store:
    """The store that the option names: ``auto``, ``none`` or an absolute folder. show: shows at once which process is
    waited for.

    Where auto finds no folder that belongs to us, sessions are kept in memory only, and a warning says why. Raises
    ConfigurationError when a folder that was named, or ours, cannot be used.
    """
    if token_store == "none":
        return MemoryStore()
    if token_store == "auto":
        found, why = _automatic(os.environ if environment is None else environment)
        if found is None:
            warn(
                f"Sessions and refresh tokens are not kept after this task, because {why}. Set token_store to a folder."
            )
            return MemoryStore()
        return FileStore(Folder(found, clock, show), warn)
    try:
        path = Path(token_store).expanduser()
    except RuntimeError:  # there is no home directory
        path = Path(token_store)
    if not path.is_absolute():
        raise ConfigurationError(WHAT, f"token_store {token_store} is not an absolute path", "Write it from / on.")
    return FileStore(Folder(str(path), clock, show), warn)


def fingerprints_of(store: Store) -> Optional[Fingerprints]:
    """The fingerprints that a store keeps; None where it keeps nothing."""
    return Fingerprints(store.folder) if store.durable else None
