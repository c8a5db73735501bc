# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application over TLS, in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import trustme
import uvicorn
from starlette.types import ASGIApp


class OverTls:
    """url, ca_path: where the application is, and whom to trust."""

    def __init__(self, folder: Path, application: ASGIApp) -> None:
        authority = trustme.CA()
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        self.ca_path = str(folder / "ca.pem")
        config = uvicorn.Config(
            application,
            ssl_certfile=folder / "server.pem",
            lifespan="off",
            log_level="critical",
            timeout_graceful_shutdown=1,
        )
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{listener.getsockname()[1]}"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join()
