# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action base: runs a command in the controller's process when the task runs there, hands it over when it does not.

Starting a module costs a quarter of a second and a loop pays it for each item; here it costs nothing. Everything
that is private to ActionBase and used by us is used in this file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, ClassVar

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils._commands.argument_spec import argument_spec, secret_values
from ...module_utils._commands.base import REQUEST_LOG, Command, HandOver, hand_over
from ...module_utils._commands.connection import ask_anew, canary_writes
from ...module_utils._commands.results import broken_off, one_line, outgoing, run_command, unexpected
from ...module_utils._options.context import Context, Files
from ...module_utils._options.shared import SHARED, environment_name
from ...module_utils._text.redaction import know
from ...module_utils._transport.write_record import WRITES
from ...module_utils.errors import ConfigurationError, InsightError
from .._files.profile_files import mapping_from, profile_data
from .native_values import plain, plain_options
from .orphan import end_with_parent
from .verbose import verbose_output

display = Display()


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set these environment variables for a while, as a module's process would have them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _mistakes(checked: ValidationResult, spec: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options of a task. An option that does not exist comes first, with the name that is near:
    what is missing is often that option."""
    unknown = [one if isinstance(one, str) else ".".join(map(str, one)) for one in checked.unsupported_parameters]
    near = {name: get_close_matches(name, spec, n=1) for name in unknown}
    told = [f"there is no option {one}{f'; {near[one][0]} is near' if near[one] else ''}" for one in sorted(unknown)]
    return told + [str(one) for one in checked.errors.errors if not isinstance(one, UnsupportedError)]


class CommandAction(ActionBase):
    """An action plugin that runs ``command``."""

    _supports_check_mode = True
    _supports_async = True
    command: ClassVar[Command]
    _log: Callable[[str], None] | None = None

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the command in this process or on the other host; both give the same result."""
        super().run(tmp, task_vars)
        try:
            end_with_parent()
            self._log = self._request_log(task_vars or {})
            return self._answer(task_vars)
        except InsightError as error:
            return outgoing({"failed": True, **error.as_result()}, self.command.ours)
        except AnsibleError:
            raise
        except Exception as error:  # noqa: BLE001 no traceback, it may show secrets
            return broken_off(unexpected(error, self.command.name).message, kind="UnexpectedError")
        except BaseException as error:
            if type(error).__name__ != "TaskTimeoutError":  # each ansible-core keeps it elsewhere
                raise
            why = f"Cannot finish {self.command.name}: the timeout of the task, {self._task.timeout} s, is over."
            return {**broken_off(why, kind="TimeoutError"), "timedout": {"period": self._task.timeout}}

    def _answer(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """The result of the task. Raises InsightError and AnsibleError."""
        ask_anew()  # this may be another attempt of until, or another item of a loop, in the same process
        variables: dict[str, str] = {}
        self._compute_environment_string(variables)
        with environment({str(name): str(value) for name, value in variables.items()}):
            values = {name: value for name, value in plain_options(self._task.args).items() if value is not None}
            self._check_background()
            read = self._read_files(values)
            if self._runs_here():
                return self._marked(self._run_here(values, read))
            values = self._with_session({**values, **read})
        return self._marked(self._hand_over(values, task_vars))

    def _request_log(self, task_vars: Mapping[str, Any]) -> Callable[[str], None] | None:
        """The function that shows a line for each request; None where no log is asked for, or the task has no_log.
        Under async Ansible would keep the lines in the file of the result."""
        if self._task.no_log or self._task.async_val:
            return None
        return verbose_output(self._task.delegate_to or task_vars.get("inventory_hostname"))

    def _check_background(self) -> None:
        """Raise ConfigurationError for a command under async whose result may be secret: Ansible writes it into a file
        and shows it from there, and nothing that is said of it now would hold."""
        if self._task.async_val and not self.command.in_background:
            raise ConfigurationError(
                f"run {self.command.name} under async",
                "its result may hold credentials, and Ansible would show and keep it as it is",
                "Leave async and poll out; the session that it opens serves tasks under async, too.",
            )

    def _marked(self, result: dict[str, Any]) -> dict[str, Any]:
        """The result, marked so that Ansible shows nothing of it where all of it is secret. The registered value stays
        as it is."""
        return {**result, "_ansible_no_log": True} if self.command.hides(result) else result

    def _runs_here(self) -> bool:
        return self._connection.transport == "local" and not self._connection.become and not self._task.async_val

    def _read_files(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The options that name files on the controller, read: profile, overrides, schema."""
        files = self._files()

        def given(option: str) -> Any:
            return values.get(option) or os.environ.get(environment_name(option))

        read = {
            option: mapping_from(values[option], f"use {option}", files.find, files.decrypt)
            for option in self.command.files
            if values.get(option)
        }
        if "profile" not in self.command.spec:
            return read
        over = given("profile_overrides")
        profile = profile_data(given("profile") or SHARED["profile"]["default"], over, files.find, files.decrypt)
        keeps = over and self.command.keeps_overrides
        overrides = mapping_from(over, "use profile_overrides", files.find, files.decrypt) if keeps else {}
        return {"profile": profile, "profile_overrides": overrides, **read}

    def _files(self) -> Files:
        return Files(
            find=lambda name: str(self._find_needle("files", name)),
            decrypt=lambda text: bytes(self._loader._vault.decrypt(text)).decode("utf-8"),
            path_of=self._loader.path_dwim,
        )

    def _run_here(self, given: dict[str, Any], read: Mapping[str, Any]) -> dict[str, Any]:
        """Run the command. The validator copies what it is given, for each item of a loop: what was read is checked
        already and stays outside."""
        spec = argument_spec(self.command)
        checked = ArgumentSpecValidator(spec, **self.command.constraints).validate(
            {name: value for name, value in given.items() if name not in read}
        )
        secrets = secret_values(spec, checked.validated_parameters) | secret_values(spec, given)
        for deprecation in checked._deprecations:
            display.deprecated(
                f"{self.command.name}: {deprecation['msg']}",
                version=deprecation.get("version"),
                date=deprecation.get("date"),
                collection_name=deprecation.get("collection_name"),
            )
        if checked.error_messages:
            know(secrets)
            hint = f"Its options are: {', '.join(sorted(spec))}." if checked.unsupported_parameters else ""
            raise ConfigurationError(f"run {self.command.name}", "; ".join(_mistakes(checked, spec)), hint)
        context = Context(
            check_mode=self._task.check_mode,
            diff_mode=self._task.diff,
            warn=display.warning,
            show=lambda text: display.display(text, stderr=True),
            log=self._log,
            files=self._files(),
        )
        return run_command(self.command, {**checked.validated_parameters, **read}, context, secrets)

    def _with_session(self, values: dict[str, Any]) -> dict[str, Any]:
        """The options with the session that a handle names taken along, for a host that cannot see our store."""
        from ...module_utils._auth.handle import travelling

        handle = values.get("session")
        return {**values, "session": travelling(handle)} if handle else values

    def _hand_over(self, values: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """The result of the module on the other host."""
        wrap_async = self._task.async_val and not self._connection.has_native_async
        url = values.get("url") or os.environ.get(environment_name("url"), "")
        known = canary_writes(str(url).rstrip("/"), {"profile": {}, **values})
        # Each item of a loop is a process of its own over there, and no timeout of the task reaches it.
        values = hand_over(values, HandOver(known.held_back, 0 if wrap_async else self._task.timeout))
        if self.command.writes and not self._task.check_mode:
            WRITES.append(f"run {self.command.name} on another host")
        result = self._execute_module(
            module_name=self.command.name, module_args=values, task_vars=task_vars, wrap_async=wrap_async
        )
        if not wrap_async:
            try:
                self._remove_tmp_path(self._connection._shell.tmpdir)
            except AnsibleError as error:  # must not take the place of what says whether something was written
                display.warning(f"A folder was left on the other host, {self._connection._shell.tmpdir}: {error}")
        result.pop("invocation", None)
        self._show_requests(result.pop(REQUEST_LOG, None))
        found_out = plain(result.get("error"))
        if isinstance(found_out, dict) and "held_back" in found_out:
            known.hold_back([found_out["held_back"]])
        return dict(result)

    def _show_requests(self, lines: Any) -> None:
        """Show the log lines that a module on another host returned."""
        if self._log and isinstance(lines, list):
            for line in lines:
                self._log(one_line(str(line)))

    def _update_module_args(
        self, module_name: str, module_args: dict[str, Any], *arguments: Any, **options: Any
    ) -> Any:
        """Keep the options out of the system log of the other host: attributes may hold secrets that are not marked.
        Where no log is asked for, the module makes none."""
        updated = super()._update_module_args(module_name, module_args, *arguments, **options)
        ours = module_args if updated is None else updated
        ours["_ansible_no_log"] = True
        if self._log is None:
            ours["_ansible_verbosity"] = 0
        return updated
