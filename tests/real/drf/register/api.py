# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST API: a view set for each model, as the framework's guide has them."""

from typing import Any, ClassVar

from django.contrib.auth.models import Group, User
from rest_framework import serializers, viewsets

from .models import Scale, Site, Weight


class SiteSerializer(serializers.ModelSerializer):
    """A site."""

    class Meta:
        model = Site
        fields = "__all__"


class ScaleSerializer(serializers.ModelSerializer):
    """A scale. Its site is an id, its capacity a text ("3.20"), as the framework writes decimals."""

    class Meta:
        model = Scale
        fields = "__all__"


class WeightSerializer(serializers.ModelSerializer):
    """A weight of a scale."""

    class Meta:
        model = Weight
        fields = "__all__"


class GroupSerializer(serializers.ModelSerializer):
    """A group of users."""

    class Meta:
        model = Group
        fields: ClassVar = ["id", "name"]


class UserSerializer(serializers.ModelSerializer):
    """A user. The password is taken and never shown."""

    class Meta:
        model = User
        fields: ClassVar = ["id", "username", "email", "is_active", "groups", "password"]
        extra_kwargs: ClassVar = {"password": {"write_only": True}}

    def create(self, validated_data: dict[str, Any]) -> User:
        """Make a user with a hashed password."""
        groups = validated_data.pop("groups", [])
        user = User.objects.create_user(**validated_data)
        user.groups.set(groups)
        return user

    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        """Change a user, the password hashed."""
        if (password := validated_data.pop("password", None)) is not None:
            instance.set_password(password)
        return super().update(instance, validated_data)


class SiteViewSet(viewsets.ModelViewSet):
    """/sites/"""

    queryset = Site.objects.order_by("id")
    serializer_class = SiteSerializer
    filterset_fields: ClassVar = ["code", "name"]


class ScaleViewSet(viewsets.ModelViewSet):
    """/scales/"""

    queryset = Scale.objects.order_by("id")
    serializer_class = ScaleSerializer
    filterset_fields: ClassVar = ["site", "serial"]


class WeightViewSet(viewsets.ModelViewSet):
    """/weights/"""

    queryset = Weight.objects.order_by("id")
    serializer_class = WeightSerializer
    filterset_fields: ClassVar = ["serial"]


class GroupViewSet(viewsets.ModelViewSet):
    """/groups/"""

    queryset = Group.objects.order_by("id")
    serializer_class = GroupSerializer
    filterset_fields: ClassVar = ["name"]


class UserViewSet(viewsets.ModelViewSet):
    """/users/"""

    queryset = User.objects.order_by("id")
    serializer_class = UserSerializer
    filterset_fields: ClassVar = ["username"]
