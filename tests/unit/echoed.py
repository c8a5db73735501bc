# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret in the forms in which a server may repeat it."""

from __future__ import annotations

import base64
import html
import json
import quopri
import urllib.parse


def encodings(secret: str) -> dict[str, str]:
    """The forms, by what they are called."""
    data = secret.encode()
    return {
        "raw": secret,
        "upper case": secret.upper(),
        "lower case": secret.lower(),
        "title case": secret.title(),
        "percent": urllib.parse.quote(secret, safe=""),
        "percent, lower": urllib.parse.quote(secret, safe="").lower(),
        "form": urllib.parse.quote_plus(secret),
        "percent twice": urllib.parse.quote(urllib.parse.quote(secret, safe=""), safe=""),
        "each byte percent": "".join(f"%{byte:02x}" for byte in data),
        "percent u": "".join(f"%u{ord(char):04x}" for char in secret),
        "html": html.escape(secret),
        "html, decimal": "".join(f"&#{ord(char)};" for char in secret),
        "html, hex": "".join(f"&#x{ord(char):x};" for char in secret),
        "html, old": secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;"),
        "json": json.dumps(secret)[1:-1],
        "json twice": json.dumps(json.dumps(secret))[1:-1],
        "json, each": "".join(f"\\u{ord(char):04x}" for char in secret),
        "repr": repr(secret),
        "bytes": repr(data)[2:-1],
        "each byte": "".join(f"\\x{byte:02x}" for byte in data),
        "octal": "".join(f"\\{byte:03o}" for byte in data),
        "base64": base64.b64encode(data).decode(),
        "base64url": base64.urlsafe_b64encode(data).decode().rstrip("="),
        "basic": base64.b64encode(b"user:" + data).decode(),
        "base64 twice": base64.b64encode(base64.b64encode(data)).decode(),
        "base64 of utf-16": base64.b64encode(secret.encode("utf-16-le")).decode(),
        "base32": base64.b32encode(data).decode(),
        "hex": data.hex(),
        "hex, upper": data.hex().upper(),
        "hex, spaced": data.hex(" "),
        "hex, colons": data.hex(":"),
        "quoted printable": quopri.encodestring(data, quotetabs=True).decode().replace("=\n", ""),
        "codes": ", ".join(str(ord(char)) for char in secret),
        "reversed": secret[::-1],
        "wide": "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in secret),
        "spaced out": secret.replace(" ", "   "),
    }
