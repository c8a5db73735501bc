# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the register, as `manage.py makemigrations` wrote them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("notes", models.TextField(blank=True)),
                ("opened", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Scale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=20)),
                ("capacity", models.DecimalField(decimal_places=2, max_digits=8)),
                ("checked", models.DateTimeField(blank=True, null=True)),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="register.site")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("site", "serial"), name="one_serial_a_site")],
            },
        ),
        migrations.CreateModel(
            name="Weight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=20, unique=True)),
                ("scale", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="register.scale")),
            ],
        ),
    ]
