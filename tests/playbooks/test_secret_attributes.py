# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secret attributes: sent when update_secrets says so, remembered as fingerprints in the token store, never shown."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from both_entries import through_both
from conftest import ENTRIES, Player, Server

KEY = {"appCode": "123456", "appName": "Zelvora"}
ONE, TWO, DEEP = "first-pin-canary", "second-pin-canary", "deep-canary"
VARIABLES = {"pin_one": ONE, "pin_two": TWO, "pin_deep": DEEP, "pin_older": "older-canary"}
SEED = {
    **KEY,
    "selectedProducts": ["a"],
    "pin": "older-canary",
    "phrase": DEEP,
    "nested": {"deep": DEEP, "seen": "yes"},
}
MASK = "********"
EVERY = ["phrase", "pin"]


@dataclass(frozen=True)
class Step:
    """policy: of update_secrets; pin: the variable that is declared; operation, sent, unverified: what the result must
    say; held: the variable that the server must then hold as pin, None for no entity; more: further options; before:
    what to tell the simulator first."""

    policy: str
    pin: str
    operation: str
    sent: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    held: str | None = "pin_one"
    more: tuple[tuple[str, Any], ...] = ()
    before: tuple[Any, ...] = ()


GONE = ("DELETE", "entities", None)
SEEDED = (GONE, ("POST", "entities/application", SEED))
BOTH = tuple(EVERY)
ABSENT = (("state", "absent"),)
DESCRIBED = (("attributes", {"description": "new"}),)

STEPS = {
    "sent on create": Step("on_create", "pin_one", "create", sent=BOTH),
    "then never": Step("on_create", "pin_two", "none", unverified=BOTH),
    "not even with an update": Step("on_create", "pin_two", "update", unverified=BOTH, more=DESCRIBED),
    "fingerprints were kept at creation": Step("on_change", "pin_one", "none"),
    "changed": Step("on_change", "pin_two", "update", sent=("pin",), held="pin_two"),
    "not again": Step("on_change", "pin_two", "none", held="pin_two"),
    "always": Step("always", "pin_two", "update", sent=BOTH, held="pin_two"),
    "always again": Step("always", "pin_two", "update", sent=BOTH, held="pin_two"),
    "sent always is remembered": Step("on_change", "pin_one", "update", sent=("pin",)),
    "absent": Step("on_change", "pin_one", "delete", held=None, more=ABSENT),
    "forgotten": Step("on_change", "pin_two", "none", unverified=BOTH, held="pin_older", before=SEEDED),
    "still unknown": Step("on_change", "pin_one", "none", unverified=BOTH, held="pin_older"),
}


def entity(name: str, policy: str, pin: str, *more: tuple[str, Any], **keywords: Any) -> dict[str, Any]:
    """A task that declares the secrets."""
    options = {
        "type": "application",
        "key": KEY,
        "secret_attributes": {"pin": f"{{{{ {pin} }}}}", "phrase": "{{ pin_deep }}"},
        "update_secrets": policy,
        **dict(more),
    }
    if "state" not in options:
        options["attributes"] = {"selectedProducts": ["a"], **options.get("attributes", {})}
    return {"name": name, "diff": True, "rimops.insight.insight_entity": options, **keywords}


def scenes() -> list[dict[str, Any]]:
    """Every step, followed by what the server then holds."""
    hiding = {"update": "merge", "secrets_shown": "stars"}  # without merge it loses what is not sent
    tasks = [{"name": "merge and hide", "control": {"requests": [["POST", "switches", hiding]]}}]
    for name, step in STEPS.items():
        if step.before:
            tasks.append({"name": f"before {name}", "control": {"requests": [list(one) for one in step.before]}})
        look = {"requests": [["GET", "entities/application", None]]}
        # compared in the play: what Ansible knows to be secret is masked in what callbacks see
        expected = "held.answers[0] | map(attribute='pin') | list == " + (
            "[]" if step.held is None else f"[{step.held}]"
        )
        tasks += [
            entity(name, step.policy, step.pin, *step.more),
            {"name": f"look: {name}", "control": look, "register": "held"},
            {"name": f"held: {name}", "ansible.builtin.assert": {"that": expected}},
        ]
    return tasks


@pytest.fixture
def variables(tmp_path: Path) -> list[str]:
    """The arguments that bring the secrets."""
    file = tmp_path / "variables.json"
    file.write_text(json.dumps(VARIABLES))
    return ["--extra-vars", f"@{file}"]


@pytest.mark.proves("SECRET-2", "DECLARE-6", "ANSIBLE-1")
def test_secrets_are_sent_when_they_should_and_never_shown(server: Server, play: Player, variables: list[str]) -> None:
    for entry, played in through_both(play, scenes(), *variables).items():
        for name, step in STEPS.items():
            result, where = played[name], f"{entry}: {name}"
            shown = json.dumps(result)
            assert [secret for secret in VARIABLES.values() if secret in shown] == [], where
            assert (result["operation"], result["changed"]) == (step.operation, step.operation != "none"), where
            assert result["unverified"] == list(step.unverified), where
            secret = [one for one in result["changes"] if one["path"] in BOTH]
            assert [one["path"] for one in secret] == list(step.sent), where
            assert all(one["after"] == MASK and one.get("before", MASK) == MASK for one in secret), where
            if step.held is not None:
                assert (result["entity"]["pin"], result["entity"]["phrase"]) == (MASK, MASK), where
        assert played["changed"]["diff"]["before"] == played["changed"]["diff"]["after"] == {"pin": MASK}
        assert played["sent on create"]["diff"]["after"]["pin"] == MASK


@pytest.mark.proves("SECRET-2", "SECRET-1")
def test_fingerprints_travel_with_their_folder(
    server: Server, play: Player, variables: list[str], tmp_path: Path
) -> None:
    server.control("POST", "switches", {"secrets_shown": "stars"})
    stores = [tmp_path / name for name in ("first", "carried", "fresh")]
    first = [("token_store", str(stores[0]))]
    assert play([entity("create", "on_change", "pin_one", *first)], *variables).code == 0
    stores[1].mkdir(mode=0o700)
    shutil.copy2(stores[0] / "fingerprints.json", stores[1])
    secrets = [*VARIABLES.values()]
    assert [secret for secret in secrets if secret in (stores[0] / "fingerprints.json").read_text()] == []
    played = play(
        [
            entity("fresh", "on_change", "pin_two", ("token_store", str(stores[2]))),
            entity("carried, same", "on_change", "pin_one", ("token_store", str(stores[1]))),
            entity("carried, changed", "on_change", "pin_two", ("token_store", str(stores[1]))),
            entity("looked at", "on_change", "pin_one", ("token_store", str(stores[1])), check_mode=True),
            entity("sent", "on_change", "pin_one", ("token_store", str(stores[1]))),
        ],
        *variables,
    )
    assert played.code == 0, played.output
    told = {name: (played[name]["operation"], played[name]["unverified"]) for name in ("fresh", "carried, same")}
    assert told == {"fresh": ("none", EVERY), "carried, same": ("none", [])}
    assert [played[name]["changed"] for name in ("carried, changed", "looked at", "sent")] == [True] * 3
    assert server.counted["updates"] == 2


@pytest.mark.proves("SECRET-2")
@pytest.mark.parametrize("entry", ENTRIES)
def test_what_cannot_be_remembered_or_told_apart(server: Server, play: Player, variables: list[str]) -> None:
    server.seed("application", **SEED)
    never_shown = {name: {"write_only": True} for name in ("pin", "phrase", "nested.deep")}
    play.defaults["profile_overrides"] = {"attributes": never_shown}
    info = {"type": "application", "key": KEY}
    played = play(
        [
            entity("no store", "on_change", "pin_one", ("token_store", "none"), ignore_errors=True),
            entity("no store needed", "on_create", "pin_one", ("token_store", "none")),
            entity(
                "nested",
                "always",
                "pin_one",
                ("attributes", {"nested": {"seen": "yes"}}),
                ("secret_attributes", {"nested": {"deep": "{{ pin_one }}"}}),
                check_mode=True,
            ),
            entity(
                "among the attributes",
                "on_create",
                "pin_one",
                ("attributes", {"pin": "{{ pin_one }}"}),
                ("secret_attributes", {}),
                ignore_errors=True,
            ),
            {"name": "read", "rimops.insight.insight_entity_info": info},
        ],
        *variables,
    )
    assert played.code == 0, played.output
    assert played["no store"]["error"]["kind"] == "ConfigurationError"
    for text in ("on_change", "no token store", "Set token_store to a folder"):
        assert text in played["no store"]["msg"]
    assert played["no store needed"]["unverified"] == EVERY
    assert played["nested"]["diff"]["after"] == {"nested.deep": MASK}
    assert played["nested"]["entity"]["nested"] == {"deep": MASK, "seen": "yes"}
    assert "secret_attributes" in played["among the attributes"]["msg"]
    assert played["read"]["entities"][0]["pin"] == MASK
    assert played["read"]["entities"][0]["nested"] == {"deep": MASK, "seen": "yes"}
    assert [secret for secret in VARIABLES.values() if secret in json.dumps(played.tasks)] == []
    assert server.counted["writes"] == 0
