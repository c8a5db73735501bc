# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sites, the scales that stand in them, and the weights that scales are checked with."""

from typing import ClassVar

from django.db import models


class Site(models.Model):
    """A place with a code of its own."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    notes = models.TextField(blank=True)
    opened = models.DateField(null=True, blank=True)


class Scale(models.Model):
    """A scale of a site. capacity: in kilograms."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    serial = models.CharField(max_length=20)
    capacity = models.DecimalField(max_digits=8, decimal_places=2)
    checked = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["site", "serial"], name="one_serial_a_site")]


class Weight(models.Model):
    """A weight that a scale is checked with."""

    serial = models.CharField(max_length=20, unique=True)
    scale = models.ForeignKey(Scale, on_delete=models.PROTECT)
