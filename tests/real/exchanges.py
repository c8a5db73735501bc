# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exchanges that are played with both servers, and what of an answer is compared."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

BASE = "/insight/api/v2"
# Of the connection, of the day, or for browsers: no client of ours reads them.
LEFT_OUT = {
    "cache-control",
    "connection",
    "content-language",
    "content-length",
    "date",
    "expires",
    "keep-alive",
    "pragma",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-xss-protection",
}
KEY = {"appCode": "000001", "appName": "One"}
WHOLE = {**KEY, "selectedProducts": ["Zelvora"]}


@dataclass(frozen=True)
class Exchange:
    """One request. who: the client that sends it; token: the CSRF token that goes along (first: the one of the client's
    first answer, latest, wrong or none); before: what happens to the server before it; {id} in path: the entity's."""

    name: str
    method: str
    path: str
    body: Any = None
    token: str = "latest"
    who: str = "a"
    before: str = ""


LOGIN = {"access_token": "{access_token}", "token_type": "Bearer"}
TABLE = (
    Exchange("read without a session", "POST", "/application/1/read", token="none", who="nobody"),
    Exchange("get without a session", "GET", "/application/1/read", token="none", who="nobody 2"),
    Exchange("first request", "GET", "/token"),
    Exchange("first request again", "GET", "/token"),
    Exchange("read before the login", "POST", "/application/1/read"),
    Exchange("login without a token", "POST", "/login", LOGIN, token="none"),
    Exchange("login with a wrong token", "POST", "/login", LOGIN, token="wrong"),
    Exchange("login with other credentials", "POST", "/login", {"access_token": "x", "token_type": "Bearer"}),
    Exchange("login", "POST", "/login", LOGIN),
    Exchange("search with the token that is known then", "POST", "/application/read", KEY),
    Exchange("search with the token from before the login", "POST", "/application/read", KEY, token="first"),
    Exchange("look for the token", "GET", "/token"),
    Exchange("search for what is not there", "POST", "/application/read", KEY),
    Exchange("create", "POST", "/application/create", WHOLE),
    Exchange("create a twin", "POST", "/application/create", WHOLE),
    Exchange("create an invalid one", "POST", "/application/create", KEY),
    Exchange("search", "POST", "/application/read", KEY),
    Exchange("read", "POST", "/application/{id}/read"),
    Exchange("read without a token", "POST", "/application/{id}/read", token="none"),
    Exchange("read with a wrong token", "POST", "/application/{id}/read", token="wrong"),
    Exchange("update", "POST", "/application/create-or-update", {**WHOLE, "description": "Second"}),
    Exchange("read a missing entity", "POST", "/application/999999/read"),
    Exchange("delete a missing entity", "POST", "/application/999999/delete"),
    Exchange("unknown address", "POST", "/nothing/1/read"),
    Exchange("unknown address, get", "GET", "/nothing/here"),
    Exchange("unknown address, no token", "POST", "/nothing/1/read", token="none"),
    Exchange("encoded slash", "POST", "/application/1%2F2/read"),
    Exchange("encoded semicolon", "POST", "/application/1%3B2/read"),
    Exchange("encoded percent sign", "POST", "/application/1%252/read"),
    Exchange("encoded backslash", "POST", "/application/1%5C2/read"),
    Exchange("encoded NUL", "POST", "/application/1%002/read"),
    Exchange("encoded line end", "POST", "/application/1%0A2/read"),
    Exchange("denied, or missing", "POST", "/event/1/read"),
    Exchange("delete", "POST", "/application/{id}/delete"),
    Exchange("delete again", "POST", "/application/{id}/delete"),
    Exchange("search with a lost session", "POST", "/application/read", KEY, before="sessions end"),
    Exchange("search in the session that this gave", "POST", "/application/read", KEY),
    Exchange("first request, anew", "GET", "/token"),
    Exchange("login, anew", "POST", "/login", LOGIN),
    Exchange("look for the token, anew", "GET", "/token"),
    Exchange("get with a lost session", "GET", "/nothing/here", before="sessions end"),
    Exchange("first request, third", "GET", "/token"),
    Exchange("login, third", "POST", "/login", LOGIN),
    Exchange("look for the token, third", "GET", "/token"),
    Exchange("another client, first request", "GET", "/token", who="b"),
    Exchange("another client, login", "POST", "/login", LOGIN, who="b"),
    Exchange("another client, look for the token", "GET", "/token", who="b"),
    Exchange("search in the first session", "POST", "/application/read", KEY),
    Exchange("search in the first session again", "POST", "/application/read", KEY),
    Exchange("get in the first session", "GET", "/nothing/here"),
    Exchange("search in the second session", "POST", "/application/read", KEY, who="b"),
    Exchange("logout without a token", "POST", "/../../logout", token="none", who="b"),
    Exchange("logout", "POST", "/../../logout", who="b"),
    Exchange("search after the logout", "POST", "/application/read", KEY, who="b"),
)


@dataclass
class Client:
    """What a client keeps: cookies, and the tokens that it was shown."""

    cookies: dict[str, str] = field(default_factory=dict)
    header: str = "X-CSRF-TOKEN"
    tokens: dict[str, str] = field(default_factory=dict)

    def headers(self, token: str) -> dict[str, str]:
        """The headers of a request."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        value = "wrong" if token == "wrong" else self.tokens.get(token, "")
        return {**({"Cookie": cookies} if cookies else {}), **({self.header: value} if value else {})}

    def learn(self, answer: http.client.HTTPMessage) -> dict[str, str]:
        """Keep what an answer sets and shows; how cookies and token compare with those from before."""
        found = {}
        for morsel in (one for line in answer.get_all("Set-Cookie", []) for one in SimpleCookie(line).values()):
            gone = morsel["max-age"] == "0" or not morsel.value
            found[f"cookie {morsel.key}"] = "deleted" if gone else compared(self.cookies.get(morsel.key), morsel.value)
            if gone:
                self.cookies.pop(morsel.key, None)
            else:
                self.cookies[morsel.key] = morsel.value
        self.header = answer.get("X-CSRF-HEADER", "X-XSRF-TOKEN" if "XSRF-TOKEN" in self.cookies else self.header)
        shown = answer.get("X-CSRF-TOKEN")
        if shown is not None:
            found["token"] = compared(self.tokens.get("latest"), shown)
        value = shown or self.cookies.get("XSRF-TOKEN")
        if value:
            self.tokens = {"first": value, **self.tokens, "latest": value}
        return found


def compared(old: str | None, new: str) -> str:
    """How a value compares with the one from before."""
    return "first" if old is None else "same" if old == new else "other"


def form(content: Any) -> Any:
    """The form of a JSON value: names and kinds."""
    if isinstance(content, dict):
        return {name: form(value) for name, value in sorted(content.items())}
    if isinstance(content, list):
        return [form(value) for value in content[:1]]
    return type(content).__name__


def body_form(answer: http.client.HTTPResponse, body: bytes) -> Any:
    """The form of a body: that of its JSON, page, text, or empty."""
    kind = answer.headers.get_content_type() if "content-type" in answer.headers else ""
    if not body:
        return "empty"
    if kind.endswith("json"):
        return form(json.loads(body))
    return "page" if kind == "text/html" else body.decode()


def location(answer: http.client.HTTPResponse) -> str:
    """Where a redirect leads, without the host and without the value of a session id."""
    parts = urlsplit(answer.headers["Location"])
    return re.sub("(jsessionid=)[0-9A-F]+", r"\1…", parts.path) + ("?" + parts.query if parts.query else "")


def seen(answer: http.client.HTTPResponse, client: Client) -> dict[str, Any]:
    """What is compared of an answer."""
    body = answer.read()
    names = {name.lower() for name in answer.headers} - LEFT_OUT
    found: dict[str, Any] = {"status": answer.status, "headers": sorted(names), "body": body_form(answer, body)}
    if "content-type" in names:
        found["type"] = answer.headers.get_content_type()
    if "location" in names:
        found["location"] = location(answer)
    return found | client.learn(answer.headers)


def addressed(exchange: Exchange, entity: Any) -> str:
    """The path of a request; /../ leads above the base, and is not sent."""
    path = BASE + exchange.path.replace("{id}", str(entity))
    return path.replace("/api/v2/../..", "")


def played(server: Any, access_token: str) -> dict[str, dict[str, Any]]:
    """Play the table against a server; by exchange, what is compared."""
    clients: dict[str, Client] = {}
    found = {}
    context = ssl.create_default_context(cafile=server.ca_path)
    connection = http.client.HTTPSConnection(urlsplit(server.url).netloc, context=context, timeout=600)
    entity: Any = None
    for exchange in TABLE:
        if exchange.before:
            server.end_sessions()
        if "{id}" in exchange.path and entity is None:
            entity = next((one["id"] for one in server.stored("application")), 999999)
        client = clients.setdefault(exchange.who, Client())
        content = json.dumps(exchange.body).replace("{access_token}", access_token)
        headers = {**client.headers(exchange.token), "Content-Type": "application/json"}
        body = content if exchange.body is not None else None
        connection.request(exchange.method, addressed(exchange, entity), body, headers)
        found[exchange.name] = seen(connection.getresponse(), client)
    connection.close()
    return found
