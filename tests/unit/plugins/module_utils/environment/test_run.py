# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole run of insight_entities without Ansible, against an InSight in memory."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils import environments
from ansible_collections.rimops.insight.plugins.module_utils.command import Context
from ansible_collections.rimops.insight.plugins.module_utils.entities.assumed import AssumedWrites
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.module_utils.options import Evidence
from ansible_collections.rimops.insight.plugins.plugin_utils.manifest import entries_of
from ansible_collections.rimops.insight.tests.unit.fakes import URL, Insight, profile


def application(number, name=None, **more):
    key = {"appCode": f"{number:06}", "appName": name or f"Application {number}"}
    return {"type": "application", "key": key, "attributes": {"selectedProducts": ["Zelvora"]}, **more}


def event(number, name="Filing", of=None, **more):
    refs = {"applicationId": {"type": "application", "key": application(number, of)["key"]}}
    return {"type": "event", "key": {"eventName": name}, "refs": refs, "attributes": {"description": "d"}, **more}


def absent(one):
    return {**one, "attributes": {}, "state": "absent"}


class Lab:
    """Runs over one InSight. overrides: of the profile."""

    def __init__(self, monkeypatch, folder):
        self.insight, self.folder, self.overrides = Insight(), folder, {}
        self.assumed_writes = AssumedWrites()
        monkeypatch.setattr(environments, "connect", self.connection)

    def connection(self, _values, _context):
        own = profile(**self.overrides)
        settings = SimpleNamespace(
            url=URL,
            profile=own,
            identity=SimpleNamespace(tenant_id=None),
            evidence=Evidence(),
            session=None,
            token_store=None,
        )
        return SimpleNamespace(
            settings=settings,
            entities=lambda kind: kind(own, URL, self.insight),
            assumed_writes=self.assumed_writes,
            server_date=lambda: None,
            authenticator=SimpleNamespace(user=None),
            notes=[],
            secrets=list,
        )

    def __call__(self, entities, check_mode=False, earlier=None, **options):
        def manifest_of(values, option):
            if option == "manifest":
                return entries_of(entities, values["secrets"])
            found = entries_of(earlier["entities"], None)
            return replace(found, url=earlier.get("url"))

        spec = {name: option.get("default") for name, option in environments.ENTITIES_SPEC.items()}
        given = {**spec, "profile": self.overrides, "entities": entities, "wait": False, **options}
        given["prune_from"] = ["earlier/"] if earlier else None
        values = {**given, "manifest_of": manifest_of, "path_of": lambda name: str(self.folder / name)}
        return environments.run_entities(values, Context(check_mode, True, print))


@pytest.fixture
def lab(monkeypatch, tmp_path):
    return Lab(monkeypatch, tmp_path)


def refused(lab, *arguments, kind=ConfigurationError, **options):
    """The message of a run that is refused before it writes."""
    with pytest.raises(kind) as caught:
        lab(*arguments, **options)
    assert lab.insight.writes == []
    return str(caught.value)


@pytest.mark.parametrize("name", ["plan_out", "plan_file", "plan_digest", "journal"])
@pytest.mark.parametrize("blank", ["", " "])
def test_an_option_that_is_given_and_blank_is_refused(lab, name, blank):
    more = {"plan_file": "plan.json"} if name == "plan_digest" else {}
    said = refused(lab, [application(1)], **more, **{name: blank})
    assert f"{name} is given and blank" in said and "omit" in said
    assert lab.insight.requests == []
