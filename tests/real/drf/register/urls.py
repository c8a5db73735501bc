# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses: the API, and the logins that come with the framework and with Simple JWT."""

from django.urls import include, path
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.routers import DefaultRouter
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from . import api

router = DefaultRouter()
router.register("sites", api.SiteViewSet)
router.register("scales", api.ScaleViewSet)
router.register("weights", api.WeightViewSet)
router.register("groups", api.GroupViewSet)
router.register("users", api.UserViewSet)

urlpatterns = [
    path("api/", include(router.urls)),
    path("api-auth/", include("rest_framework.urls")),
    path("api-token-auth/", obtain_auth_token),
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
]
