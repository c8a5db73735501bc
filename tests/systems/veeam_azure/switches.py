# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be turned while it runs."""

from __future__ import annotations

from simulator.switches import Switch

ENDS = ("Success", "Warning", "Error", "Canceled", "never")

SWITCHES = (
    Switch("access_token_seconds", 3600, "Life of an access token."),
    Switch("refresh_token_seconds", 1_209_600, "Life of a refresh token."),
    Switch("short_refresh_token_seconds", 900, "Life of one that was asked for with short_lived_refresh_token."),
    Switch(
        "old_refresh_token",
        "unknown",
        "What its use does to a refresh token, which the description does not say: it keeps, it dies, or its access "
        "token dies with it. unknown: it keeps at one refresh and dies at the next, so nobody can rely on either.",
        choices=("unknown", "keeps", "dies", "dies_with_access_token"),
    ),
    Switch("wrong_credentials", "401", "How a wrong password, code or token is refused.", choices=("401", "400")),
    Switch("license_accepted", True, "Off: a new appliance, 403 to everything but login and licence agreement."),
    Switch("totp_reuse", False, "A code of TOTP counts more than once."),
    Switch("job_polls", 1, "How often a job session is read as Running before it ends."),
    Switch("job_ends", "Success", "How a job session ends that begins now.", choices=ENDS),
    Switch("operation_polls", 1, "How often an operation, or a change of the deployment mode, is read as going on."),
    Switch("operation_ends", "Success", "How an operation ends that begins now.", choices=ENDS),
    Switch(
        "service_accounts_answer",
        "202",
        "What saveByApp and updateByApp answer: an operation, or at once the id.",
        choices=("202", "200"),
    ),
    Switch(
        "check_password_answers",
        "200",
        "What checkPassword answers: the truth, or an operation.",
        choices=("200", "202"),
    ),
    Switch(
        "slow_reads", False, "A read that may answer 202 by the description does: its answer is the operation's result."
    ),
    Switch(
        "put_answers",
        "200",
        "What a PUT answers where the description knows both: the entity, or 204 without a body.",
        choices=("200", "204"),
    ),
    Switch(
        "put_policies",
        "replace",
        "What a PUT does to what it leaves out of a policy, a worker profile, a template: that is gone, or it stays.",
        choices=("replace", "merge"),
    ),
    Switch("put_without_password", "keeps", "What a PUT without a password does.", choices=("keeps", "clears")),
    Switch(
        "name_filters",
        "exact",
        "NameFilter, PolicyName, TemplateName and Name find exactly this name, or each that contains it.",
        choices=("exact", "contains"),
    ),
    Switch(
        "pages",
        "right",
        "Pages are as they were asked for, or each is the first one, whatever the Offset.",
        choices=("right", "repeated"),
    ),
    Switch(
        "region_ids",
        "same",
        "The id of a region that is read: Azure's, or one of the system's.",
        choices=("same", "system"),
    ),
    Switch(
        "missing_template",
        "404",
        "What reading an unknown template answers (no 404 is described).",
        choices=("404", "400"),
    ),
    Switch("time_zone_shown", "id", "How /system/time names the time zone.", choices=("id", "name")),
    Switch(
        "workers_busy", False, "The operation that deletes something of a worker ends well, having deleted nothing."
    ),
)
