# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process that has imported Ansible, and forks for each run that `warm.py` asks for."""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from ansible import config, constants
from ansible.cli import playbook
from ansible.plugins import loader
from ansible.utils.collection_loader import _collection_finder
from ansible.utils.path import cleanup_tmp_file
from ending import end_after
from warm import MAY_DIFFER

IMPORTED = (
    "ansible.executor.task_executor",
    "ansible.executor.task_queue_manager",
    "ansible.plugins.action.normal",
    "ansible.plugins.filter.core",
    "ansible.plugins.strategy.linear",
    "ansible.plugins.test.core",
    "cryptography.x509",
    "encodings.utf_16_be",
    "encodings.utf_16_le",
    "jsonschema",
    "oauthlib.oauth2",
    "requests",
)
"""What a run imports after its start."""
DESCRIBED = {
    loader.become_loader: ("runas", "su", "sudo"),
    loader.cache_loader: ("memory",),
    loader.callback_loader: ("default", "junit", "minimal", "oneline", "tree"),
    loader.connection_loader: ("local", "psrp", "ssh", "winrm"),
    loader.inventory_loader: ("auto", "host_list", "ini", "script", "toml", "yaml"),
    loader.shell_loader: ("cmd", "powershell", "sh"),
    loader.vars_loader: ("host_group_vars",),
}
"""The plugins of Ansible's own whose options a run reads, from the YAML in their text."""
COLLECTION = "ansible_collections.rimops.insight"
IN_THE_CONTROLLER = ("action", "lookup", "module_utils", "plugin_utils")
"""Folders of our plugins that a run imports itself."""
LARGEST = 1 << 17  # bytes of a request


def serve(channel: socket.socket) -> dict[str, Any]:
    """Fork for each request; in the process of a run, what it is asked for."""
    while True:
        message, files, _flags, _address = socket.recv_fds(channel, LARGEST, 3)
        if not message:
            sys.exit()
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
        while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):  # the keepers that have ended
            pass
    channel.close()
    output, errors, answer = files
    if run := os.fork():
        keep(run, answer)
    os.close(answer)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    asked: dict[str, Any] = json.loads(message)
    return asked


def keep(run: int, answer: int) -> NoReturn:
    """Tell how a run ended."""
    _pid, status = os.waitpid(run, 0)
    os.write(answer, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def become(command: list[str], environment: dict[str, str], folder: str) -> None:
    """Make this process look as if the command had started it, with Ansible's configuration read in its environment."""
    sys.argv[:] = command
    sys.path[0] = str(Path(command[0]).parent)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    home, place = constants.ANSIBLE_HOME, place_of_collection()
    for name in settings_that_may_differ():
        constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))
    forget_collections(f"{COLLECTION}.plugins." if place_of_collection() == place else "")
    for one in vars(loader).values():
        if isinstance(one, loader.PluginLoader):
            one.config = [path.replace(home, constants.ANSIBLE_HOME) for path in one.config]


@functools.cache
def settings_that_may_differ() -> list[str]:
    """Ansible's settings that a variable of MAY_DIFFER decides."""
    definitions = constants.config.get_configuration_definitions().items()
    return [name for name, said in definitions if any(variable in str(said) for variable in MAY_DIFFER)]


def share_modules(modules: Path, own: Path) -> None:
    """Take the archives of our modules from the runs before, and leave new ones for those that come."""
    own.mkdir()
    for archive in modules.iterdir():
        os.link(archive, own / archive.name)

    def leave() -> None:
        for archive in own.glob("ansible_collections.rimops.insight.*[!k]"):
            with contextlib.suppress(FileExistsError):
                os.link(archive, modules / archive.name)

    atexit.register(leave)


def prepare() -> None:
    """Import and read what any run does, and keep nothing of where it was found."""
    settings_that_may_differ()
    for name in IMPORTED:
        importlib.import_module(name)
    for kind, names in DESCRIBED.items():
        for name in names:
            kind.get(name, class_only=True)
    for kind in (*DESCRIBED, loader.fragment_loader):
        kind._clear_caches()
    with contextlib.suppress(ImportError, AttributeError):  # each ansible-core has its own
        results = importlib.import_module("ansible._internal._task").UnifiedTaskResult
        for of_module in (False, True):
            results.get_result_key_to_resolved_field_mapping(source_is_module=of_module)
    routes = Path(config.__file__).with_name("ansible_builtin_runtime.yml").read_bytes()
    _collection_finder._meta_yml_to_dict = functools.cache(_collection_finder._meta_yml_to_dict)
    _collection_finder._meta_yml_to_dict(routes, ("ansible.builtin", "runtime.yml"))
    forget_collections()  # found along PYTHONPATH, before Ansible says where collections are
    import_collection()
    read_profiles()
    atexit.unregister(cleanup_tmp_file)
    cleanup_tmp_file(constants.DEFAULT_LOCAL_TMP)  # each run makes its own


def place_of_collection() -> Path | None:
    """The folder in which Ansible finds this collection."""
    folders = (Path(path, *COLLECTION.split(".")).resolve() for path in constants.COLLECTIONS_PATHS)
    return next(filter(Path.is_dir, folders), None)


def forget_collections(but: str = "") -> None:
    """Have what is found of collections imported anew. but: the beginning of the names that stay."""
    for name in list(sys.modules):
        if name.partition(".")[0] == "ansible_collections" and not (but and name.startswith(but)):
            del sys.modules[name]


def import_collection() -> None:
    """Import this collection from where Ansible finds it, as a run does with its first task."""
    _collection_finder._AnsibleCollectionFinder(constants.COLLECTIONS_PATHS)._install()
    [folder] = importlib.import_module(f"{COLLECTION}.plugins").__path__
    for kind in IN_THE_CONTROLLER:
        for path in sorted(Path(folder, kind).rglob("*.py")):
            importlib.import_module(".".join((COLLECTION, "plugins", *path.relative_to(folder).with_suffix("").parts)))
    _collection_finder._AnsibleCollectionFinder._remove()
    sys.path_importer_cache.clear()


def read_profiles() -> None:
    """Have what a process keeps of the profiles that lie in the collection, as after its first task."""
    profiles: Any = sys.modules[f"{COLLECTION}.plugins.plugin_utils._files.profile_files"]
    for name in profiles.BUILT_IN:
        profiles.built_in(name)
    profiles.profile_schema()


if __name__ == "__main__":
    modules = Path(constants.ANSIBLE_HOME, "modules")
    modules.mkdir()
    prepare()
    gc.collect()
    gc.freeze()
    become(**serve(socket.socket(fileno=int(sys.argv[1]))))
    share_modules(modules, Path(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache"))
    end_after(playbook.main)
