# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The proxies of the environment. The system settings that macOS would ask for do not count."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Callable, Optional
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

KNOWN = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def proxies_for(server: str, bypasses: Callable[[str, Optional[str]], bool]) -> dict[str, str]:
    """The proxies for a server, by scheme. server: scheme, host and port. bypasses: reads NO_PROXY for a server."""
    proxies = {name: proxy for name, proxy in getproxies_environment().items() if name in ("http", "https", "all")}
    return {} if not proxies or bypasses(server, None) else proxies


def fault_of_proxy(server: str, proxies: Mapping[str, str]) -> Optional[tuple[str, str]]:
    """Why the proxy for a server cannot be used, and what to do; None where nothing of that is to be seen."""
    name = next((one for one in (server.partition(":")[0], "all") if one in proxies), None)
    if name is None:
        return None
    variable = next((one for one in os.environ if one.lower() == f"{name}_proxy"), f"{name}_proxy")
    proxy = proxies[name] if "://" in proxies[name] else f"http://{proxies[name]}"
    scheme = proxy.partition(":")[0].lower()
    if scheme.startswith("socks") and find_spec("socks") is None:
        why = f"{variable} names a SOCKS proxy, and the Python library PySocks is missing for {sys.executable}"
        return why, f"Install it with: {sys.executable} -m pip install PySocks. Or set use_proxy to false."
    if scheme not in KNOWN or not _is_address(proxy):
        why = f"what {variable} says is not the address of a proxy"
        return why, "Write it as http://host:port, or set use_proxy to false."
    return None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
