# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches: everything about a server's behaviour that can be turned while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.hiding import SECRETS, SHOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

OPERATIONS = ("read", "find", "list", "create", "update", "delete")
WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Switch:
    """One switch; the type of ``default`` is the type of its values."""

    name: str
    default: bool | int | float | str
    meaning: str
    choices: tuple[str, ...] = ()

    def parse(self, value: Any) -> bool | int | float | str:
        """The value of the switch that a text or a JSON value stands for. Raises ValueError."""
        if self.choices:
            return self._choice(value)
        if isinstance(self.default, str):
            return self._pairs(value)
        if isinstance(self.default, bool):
            return self._word(value)
        if isinstance(value, bool):
            raise ValueError(f"{self.name}: {value!r} is not a number")
        try:
            number: float = int(value) if isinstance(self.default, int) else float(value)
        except (TypeError, ValueError):
            raise ValueError(f"{self.name}: {value!r} is not a number") from None
        if number < 0:
            raise ValueError(f"{self.name}: {value!r} is negative")
        return number

    def _choice(self, value: Any) -> str:
        # YAML reads both words as false.
        value = next((word for word in ("none", "no") if value is False and word in self.choices), value)
        if str(value) not in self.choices:
            raise ValueError(f"{self.name}: {value!r} is not one of {', '.join(self.choices)}")
        return str(value)

    def _pairs(self, value: Any) -> str:
        pairs = [pair.strip() for pair in str(value).split(",") if pair.strip()]
        for type_, colon, operation in (pair.rpartition(":") for pair in pairs):
            if not type_ or not colon or operation not in OPERATIONS:
                raise ValueError(f"{self.name}: {operation!r} is not one of {', '.join(OPERATIONS)} after TYPE:")
        return ",".join(pairs)

    def _word(self, value: Any) -> bool:
        word = WORDS.get(str(value).lower())
        if word is None:
            raise ValueError(f"{self.name}: {value!r} is neither true nor false")
        return word


SWITCHES = (
    Switch(
        "login_changes_session_id", True, "Login makes a new session id (needs set_cookie, else nobody could know)."
    ),
    Switch("set_cookie", True, "Session ids are also sent as Set-Cookie; off: only in the body of the first answer."),
    Switch(
        "csrf_changes", "at_login", "When the CSRF token is made anew.", choices=("at_login", "never", "every_answer")
    ),
    Switch(
        "csrf_superseded_refused", True, "Only the newest CSRF token of a session counts; off: each one it ever had."
    ),
    Switch(
        "csrf_tokens",
        "plain",
        "How Spring Security keeps and shows the CSRF token: a UUID; masked, 96 characters that differ in each answer, "
        "of which all stay good until the token itself changes; in the cookie XSRF-TOKEN, to be sent in the header "
        "X-XSRF-TOKEN as well; or only in that cookie, and no header shows it.",
        choices=("plain", "xor", "cookie", "cookie_only"),
    ),
    Switch(
        "csrf_headers",
        "ends",
        "Which answers carry the CSRF headers: those of the handshake's first step and of the login; only those of "
        "the first step; each that got past the CSRF check, with the token from before the request (the login's shows "
        "the one which it has just replaced) or from after it.",
        choices=("ends", "start", "before", "after"),
    ),
    Switch("session_lifetime", 1800.0, "Seconds after its last use at which a session ends."),
    Switch("single_session_per_user", False, "A login ends the other sessions of the same user."),
    Switch(
        "expired_session_answer",
        "401",
        "What a request without a living session gets; 302 and html lead to the login form. As Spring Boot answers: "
        "403_open (/error is open to all), 403_closed and 401_empty (it is not), text (200 and a sentence, once, "
        "for a session that single_session_per_user has ended; any other is answered as by 403_open).",
        choices=("401", "403", "302", "html", "403_open", "403_closed", "401_empty", "text"),
    ),
    Switch(
        "lost_session_sets_cookie",
        False,
        "Whoever has no living session is given one (needs set_cookie), as servlet containers do: the refusal sets "
        "another session id. The handshake's answers then set only an id that the client does not have. "
        "Where the CSRF token is in a cookie, only a refused GET makes a session, and what a closed /error refuses.",
    ),
    Switch(
        "login_answer",
        "200",
        "What the login answers: as the dialect says, nothing, or a redirect to the home page.",
        choices=("200", "204", "302"),
    ),
    Switch(
        "logout",
        "dialect",
        "Where and how to log out: as the dialect says, or POST /insight/logout with this answer; 404: nowhere.",
        choices=("dialect", "204", "302", "404"),
    ),
    Switch(
        "denied",
        "",
        "What nobody may do although the session lives: TYPE:OPERATION, several with commas. Answered like a wrong "
        "CSRF token.",
    ),
    Switch(
        "firewall",
        False,
        "A path in which / ; % \\ or NUL or a line end stands percent-encoded gets 400 before anything else: by a "
        "page of the servlet container for / and \\ and NUL, in Spring Boot's words for the others.",
    ),
    Switch(
        "unknown_address",
        "html",
        "What is answered at an address at which there is nothing: an HTML page, or the 404 of an entity that is "
        "not there (then of each, as Spring Boot says it).",
        choices=("html", "same_404"),
    ),
    Switch(
        "error_bodies",
        "message",
        "The bodies of refusals: as the dialect says, as Spring Boot says them, or problem details (RFC 9457) where "
        "the application refuses. With the latter two an attribute that is refused is 400.",
        choices=("message", "boot", "problem"),
    ),
    Switch(
        "search_finds_nothing",
        "no",
        "A find finds nothing, whatever there is: as the dialect says missing, an empty list, or same_404 of "
        "unknown_address.",
        choices=("no", "missing", "empty_list", "same_404"),
    ),
    Switch(
        "read_finds_nothing",
        "no",
        "The same for a read by id.",
        choices=("no", "missing", "empty_list", "same_404"),
    ),
    Switch("delete_address_wrong", False, "Deletes are answered as an unknown address is, and delete nothing."),
    Switch("token_lifetime", 3600, "Seconds for which an access token is good (expires_in)."),
    Switch("expires_in_as_text", False, "expires_in is text, as the older endpoints send it."),
    Switch(
        "refresh_tokens",
        "reusable",
        "What a refresh does to the refresh token that was used: nothing (as Microsoft documents), it cannot be used "
        "again, its second use revokes the whole family, or it and the family's access tokens end at once.",
        choices=("reusable", "single_use", "family_revoking", "kills_access_token"),
    ),
    Switch("refresh_token_lifetime", 7776000, "Seconds for which a refresh token is good."),
    Switch(
        "refresh_client_authentication",
        "as_issued",
        "Whether a refresh needs the client's authentication: if the token was issued to an authenticated client "
        "(as Microsoft documents), or never (as the vendor's example shows).",
        choices=("as_issued", "optional"),
    ),
    Switch("device_interval", 5, "Seconds between two questions of the device code grant (interval)."),
    Switch("device_lifetime", 900, "Seconds for which a device code is good."),
    Switch("device_slow_downs", 0, "So many first questions for each device code are answered slow_down."),
    Switch("latency_ms", 0.0, "Milliseconds before each answer."),
    Switch(
        "update",
        "replace",
        "Whether the body of an update replaces the attributes or is merged.",
        choices=("replace", "merge"),
    ),
    Switch(
        "blank_undeclared",
        False,
        "An update sets the attributes that its body did not carry to null (keys and required ones stay).",
    ),
    Switch("trim", False, "Outer space of texts is cut off when they are stored."),
    Switch(
        "recase",
        "none",
        "Texts are stored in another case (keys are not, see recase_keys).",
        choices=("none", "upper", "lower"),
    ),
    Switch("recase_keys", False, "recase goes for the attributes of the unique key too."),
    Switch(
        "round_dates",
        "none",
        "Times in texts that are dates are cut to seconds or days.",
        choices=("none", "seconds", "days"),
    ),
    Switch(
        "move_status",
        False,
        "After a write (its answer still shows the old one) the attribute status changes by itself.",
    ),
    Switch(
        "extra_attribute_on_write", False, "Each write also sets the attribute serverRemark, to another text each time."
    ),
    Switch("show_new_late_ms", 0.0, "Milliseconds for which a new entity is not found, read or listed."),
    Switch("case_insensitive_keys", False, "Finding and uniqueness take no notice of case."),
    Switch("enforce_keys", True, "Unique keys are enforced; off: a second entity with the same key is created."),
    Switch("protect_referenced", False, "An entity to which others refer is not deleted (conflict)."),
    Switch("numbers_as_text", False, "Numbers of entities, their ids too, are sent as text."),
    Switch(
        "secrets_shown",
        "clear",
        f"How attributes that are called {', '.join(SECRETS)} are shown, whatever they hold.",
        choices=tuple(SHOWN),
    ),
    Switch(
        "short_pages",
        False,
        "A list answers with pages of half the size that was asked for, and counts pages by that size.",
    ),
    Switch("ignore_query_for", False, "References by display text are taken and not looked at."),
    Switch("base_path_moved", False, "The API lives under /moved; the old base path answers 404 with an HTML page."),
    Switch("list_enabled", True, "There is a list operation; off: its path does not exist."),
)
BY_NAME = {switch.name: switch for switch in SWITCHES}


class Switches:
    """The values of all switches of a table, as attributes."""

    def __init__(self, table: tuple[Switch, ...] = SWITCHES) -> None:
        self._by_name = {switch.name: switch for switch in table}
        for switch in table:
            setattr(self, switch.name, switch.default)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def set(self, changes: Mapping[str, Any]) -> None:
        """Turn switches, all or (ValueError) none."""
        unknown = sorted(set(changes) - set(self._by_name))
        if unknown:
            raise ValueError(f"no switch {', '.join(unknown)}; there are: {', '.join(self._by_name)}")
        parsed = {name: self._by_name[name].parse(value) for name, value in changes.items()}
        vars(self).update(parsed)

    def all(self) -> dict[str, Any]:
        """Every switch and its value."""
        return {name: vars(self)[name] for name in self._by_name}
