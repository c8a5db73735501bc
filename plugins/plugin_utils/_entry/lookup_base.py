# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lookup base: options in, values out, errors as Ansible expects them of a lookup."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ...module_utils._commands.argument_spec import secret_values
from ...module_utils._commands.results import one_line, sentence, unexpected, with_line_ends
from ...module_utils._options.context import Context, Values
from ...module_utils._options.shared import SHARED, environment_name
from ...module_utils._text.redaction import know
from ...module_utils.errors import InsightError
from .._files.profile_files import profile_data
from .native_values import plain, plain_options
from .orphan import end_with_parent
from .verbose import verbose_output

display = Display()


@contextmanager
def without_empty_variables() -> Iterator[None]:
    """For a while an empty variable of the environment is none, as for modules: Ansible would make the current folder
    of an empty path, and refuse an empty choice."""
    empty = [name for name in map(environment_name, SHARED) if os.environ.get(name) == ""]
    for name in empty:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(dict.fromkeys(empty, ""))


class CommandLookup(LookupBase):
    """A lookup that gives its terms, with the values of the shared and its other options, to ``answer``, which masks
    secrets."""

    answer: ClassVar[Callable[[list[Any], Values, Context], list[Any]]]
    own_options: ClassVar[Sequence[str]] = ()

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
        """Answer all terms through one connection. Raises AnsibleLookupError, without secrets."""
        try:
            end_with_parent()
            return self._answers(terms, variables or {}, options)
        except AnsibleError:
            raise
        except Exception as error:  # noqa: BLE001 no traceback, it may show secrets
            raise AnsibleLookupError(unexpected(error, type(self).__module__.rsplit(".", 1)[-1]).message) from None
        except BaseException as error:  # Ctrl-C, or Ansible's timeout: what it came amid may be printed, unmasked
            raise error from None

    def _answers(self, terms: Sequence[Any], variables: Mapping[str, Any], options: Mapping[str, Any]) -> list[Any]:
        """The same. Raises unexpected errors, too."""
        names = (*SHARED, *self.own_options)
        with without_empty_variables():
            self.set_options(var_options=self._templated(names, variables), direct=options)
        given = {name: self.get_option(name) for name in names}
        secrets = secret_values(SHARED, plain(given))
        know(secrets)

        def find(name: str) -> str:
            found = self.find_file_in_search_path(variables, "files", name, ignore_missing=True)
            if not found:
                raise AnsibleLookupError(f"{name} was not found")
            return str(found)

        def decrypt(text: str) -> str:
            loader: Any = self._loader
            return bytes(loader._vault.decrypt(text)).decode("utf-8")

        log = verbose_output(variables.get("inventory_hostname"))
        context = Context(
            check_mode=False,
            diff_mode=False,
            warn=lambda text: display.warning(sentence(text)),
            log=(lambda text: log(one_line(text))) if log else None,
        )
        try:
            values = plain_options(given)
            values["profile"] = profile_data(values["profile"], values["profile_overrides"], find, decrypt)
            asked = plain_options({"terms": list(terms)})["terms"]
            answers: list[Any] = plain(type(self).answer(asked, values, context))  # masked already
            return answers
        except InsightError as error:
            # a cause is printed, unmasked
            raise AnsibleLookupError(sentence(with_line_ends(error, given).message)) from None

    def _templated(self, names: Sequence[str], variables: Mapping[str, Any]) -> dict[str, Any]:
        """The variables that hold options; a lookup is given them before they are templated."""
        templar: Any = self._templar
        held = {f"insight_{name}" for name in names} & set(variables)
        return {name: templar.template(variables[name]) for name in held}
