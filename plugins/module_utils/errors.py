# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that can go wrong, said once.

InsightError
├── ConfigurationError      the options or the profile contradict themselves; nothing was sent
│   ├── SchemaError         the desired attributes break the JSON Schema; nothing was sent
│   └── MissingReferenceError   an entity that is referred to does not exist; nothing was written
├── TransportError          the server could not be asked
│   ├── NotSentError        the request did not leave: nothing can have happened
│   │   └── UntrustedServerError    a proxy refused, or the server cannot be trusted: asking again will not help
│   └── InterruptedRequest  the request left and no whole answer came: it may have been carried out
├── AuthenticationError     the identity platform or the login refused
│   └── SessionRejected     the server refused a session that was renewed a moment ago
├── ServerError             the server answered, and its answer is not one that the profile calls a success
│   ├── ConflictError       the server says that the entity exists already, was changed meanwhile, or is in use
│   ├── BusyError           the server was busy for longer than we may wait; it did not carry out the request
│   └── ProfileMismatchError        the answer contradicts the profile: names the key of the profile to change
├── AmbiguousError          several entities match, or one that differs only in case, space or Unicode form
├── PlanRefused             the plan is not the approved one, has expired, or holds for something else
├── JournalError            the journal cannot be written any more, or does not show what happened
├── MovedError              the entity changed between the plan and the write; nothing was written
├── NotAsDeclaredError      a type that can only be read is not as declared
├── UnconvergedError        written, and what was declared did not arrive
├── CollateralError         written, and something changed that nobody planned
├── HeldBackError           an assumed write was not read back clean from an earlier entity; nothing was written
└── OutcomeUnknownError     a write left, no answer came, and reading again did not show whether it was carried out

A message reads "Cannot <what>: <why>. <what to do next>". Only the fields below enter a result: no header, no
body and no option value ever gets into an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Optional, TypeVar

AnError = TypeVar("AnError", bound="InsightError")


class InsightError(Exception):
    """An error for the author of a playbook. It does not change once it was raised, since others may hold it.

    what: what could not be done and to which entity, after "Cannot".
    why: the cause, as far as it is known.
    hint: what to do next, one or more whole sentences.
    details: fields for the result, JSON values without secrets: ``status`` (HTTP), ``profile_key`` with ``expected``
        and ``came``, ``written`` (what was already written), ``held_back`` (the operation that goes to no other
        entity now).
    """

    def __init__(self, what: str, why: str = "", hint: str = "", **details: Any) -> None:
        self.what = what
        self.why = why
        self.hint = hint
        self.details = _known(details)
        super().__init__(self.message)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__:
            raise AttributeError(f"{name} of an error does not change: raise error.but({name}=...) from error")
        super().__setattr__(name, value)

    def __str__(self) -> str:
        return self.message

    def but(self: AnError, **changes: Any) -> AnError:
        """The error with other words, other fields of its kind or more details; it is raised from this one."""
        fields = {name: value for name, value in changes.items() if name in self.__dict__}
        more = {name: value for name, value in changes.items() if name not in fields}
        other = type(self).__new__(type(self))
        other.__dict__.update({**self.__dict__, "details": _known({**self.details, **more}), **fields})
        other.args = (other.message,)
        return other

    @property
    def message(self) -> str:
        """The whole message, in one line."""
        sentence = f"Cannot {self.what}: {self.why}" if self.why else f"Cannot {self.what}"
        return " ".join(part for part in (sentence.rstrip(".") + ".", self.hint) if part)

    def as_result(self) -> dict[str, Any]:
        """The fields of a failed task: ``changed`` (something was, or may have been, written), ``msg`` and ``error``
        (``kind`` and the details)."""
        error = {"kind": type(self).__name__, **self.details}
        return {"changed": "written" in self.details, "msg": self.message, "error": error}


def _known(details: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType({name: value for name, value in details.items() if value is not None})


class ConfigurationError(InsightError):
    """The options or the profile contradict themselves."""


class SchemaError(ConfigurationError):
    """The desired attributes break the JSON Schema."""


class MissingReferenceError(ConfigurationError):
    """An entity that is referred to does not exist. identity: its ``Address.identity``; doubt: why it may exist all the
    same, where its absence is not proven."""

    def __init__(
        self, what: str, why: str = "", hint: str = "", identity: str = "", doubt: str = "", **details: Any
    ) -> None:
        self.identity = identity
        self.doubt = doubt
        super().__init__(what, why, " ".join(filter(None, [hint, doubt])), **details)


class TransportError(InsightError):
    """The server could not be asked."""


class NotSentError(TransportError):
    """The request did not leave this machine as a whole: nothing can have happened. starting: nobody listens there, as
    if the server were not up yet."""

    def __init__(self, what: str, why: str = "", hint: str = "", starting: bool = False, **details: Any) -> None:
        self.starting = starting
        super().__init__(what, why, hint, **details)


class UntrustedServerError(NotSentError):
    """A proxy refused, or the server cannot be trusted: asking again will not help."""


class InterruptedRequest(TransportError):
    """The request left and no whole answer came: it may have been carried out."""


class AuthenticationError(InsightError):
    """The identity platform or the system's login refused. successor: a new refresh token that came with no access
    token; it is to be kept. denied: the system's login says that the credentials are wrong."""

    def __init__(
        self,
        what: str,
        why: str = "",
        hint: str = "",
        oauth_error: Optional[str] = None,
        successor: Optional[str] = None,
        denied: bool = False,
        **details: Any,
    ) -> None:
        self.oauth_error, self.successor, self.denied = oauth_error, successor, denied
        super().__init__(what, why, hint, oauth_error=oauth_error, **details)


class SessionRejected(AuthenticationError):
    """The server refused a session that had just been renewed."""


class ServerError(InsightError):
    """The server answered with something that the profile does not call a success."""


class ConflictError(ServerError):
    """The server says that the entity exists already, was changed meanwhile, or is in use: ``conflict`` in the details
    names the kind where the profile tells it."""


class BusyError(ServerError):
    """The server was busy for longer than we may wait. It did not carry out the request."""


class ProfileMismatchError(ServerError):
    """The answer contradicts the profile; ``profile_key`` in the details names the line to change. earlier: the id of
    an entity of an earlier run that it is about; None where it is about this one."""

    def __init__(self, what: str, why: str = "", hint: str = "", earlier: Any = None, **details: Any) -> None:
        self.earlier = earlier
        super().__init__(what, why, hint, **details)


class AmbiguousError(InsightError):
    """Several entities match, or one that differs only in case, outer space or Unicode form."""


class PlanRefused(InsightError):
    """The plan is not the approved one, has expired, or holds for something else than what is there now."""


class JournalError(InsightError):
    """The journal cannot be written any more, or what it holds is not what was written."""


class MovedError(InsightError):
    """The entity changed between the plan and the write."""


class UnconvergedError(InsightError):
    """Written, and what was declared did not arrive."""


class CollateralError(InsightError):
    """Written, and something changed that was not planned."""


class NotAsDeclaredError(InsightError):
    """The entity is not what is declared, and the profile can only read its type."""


class HeldBackError(InsightError):
    """An assumed write was not read back clean from an earlier entity, so it goes to no other."""


class OutcomeUnknownError(InsightError):
    """A write left, no answer came, and reading again did not show whether it was carried out."""
