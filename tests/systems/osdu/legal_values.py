# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the attributes of a legal tag may hold."""

from __future__ import annotations

from systems.osdu.fields import ANY_OBJECT, NEEDED_TEXT, TEXT, Field, needed_object

# A selection; the service knows all countries, and refuses those under embargo.
COUNTRIES = {
    "AU": "Australia",
    "BR": "Brazil",
    "CA": "Canada",
    "DE": "Germany",
    "FR": "France",
    "GB": "United Kingdom",
    "MY": "Malaysia",
    "NL": "Netherlands",
    "NO": "Norway",
    "US": "United States",
}
SECURITY = ("Public", "Private", "Confidential")
PERSONAL = ("Personally Identifiable", "No Personal Data")
EXPORT = ("EAR99", "0A998", "No License Required", "Not - Technical Data")
THIRD_PARTY = "Third Party Data"
DATA_TYPES = ("Public Domain Data", "First Party Data", "Second Party Data", THIRD_PARTY, "Transferred Data")
NO_CONTRACT = ("Unknown", "No Contract Related")
NEVER = "9999-12-31"

NAME = Field(required=True, pattern=r"[-A-Za-z0-9]{3,100}")
DESCRIPTION = Field(most=255)
CONTRACT = Field(pattern=r"[-.A-Za-z0-9]{3,40}|Unknown|No Contract Related")
DAY = Field(pattern=r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?")  # only the day is kept
CREATE = needed_object(
    name=NAME,
    description=DESCRIPTION,
    properties=needed_object(
        countryOfOrigin=Field(list, required=True, least=1, items=TEXT),
        contractId=Field(required=True, pattern=CONTRACT.pattern),
        expirationDate=DAY,
        originator=Field(required=True, pattern=r"[-A-Za-z0-9 .]{3,60}"),
        dataType=NEEDED_TEXT,  # unlike the next three it is compared with case
        securityClassification=Field(required=True, choices=SECURITY, any_case=True),
        personalData=Field(required=True, choices=PERSONAL, any_case=True),
        exportClassification=Field(required=True, choices=EXPORT, any_case=True),
        extensionProperties=ANY_OBJECT,
    ),
)
# Only these can be changed, and they stand beside the name, not in properties.
UPDATE = needed_object(
    name=NAME, description=DESCRIPTION, contractId=CONTRACT, expirationDate=DAY, extensionProperties=ANY_OBJECT
)
NAMES = needed_object(names=Field(list, required=True, least=1, most=25, items=TEXT))
