// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later

// An OpenID Provider (oidc-provider), and a register of sites behind it, in one process.
// node server.mjs DIRECTORY PORT LIFETIME: server.pem, server.key and clients.json are in DIRECTORY; access tokens
// live LIFETIME seconds. Each answer is a line of an access log on standard output.

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

import { Provider } from "oidc-provider";

import { Register } from "./register.mjs";

const [directory, port, lifetime] = process.argv.slice(2);
const file = (name) => readFileSync(join(directory, name));
const seconds = Number(lifetime);

const provider = new Provider(`https://127.0.0.1:${port}`, {
  clients: JSON.parse(file("clients.json")),
  scopes: ["openid", "offline_access", "api"],
  claims: { openid: ["sub"], email: ["email"] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com` }) }),
  features: { clientCredentials: { enabled: true }, deviceFlow: { enabled: true }, revocation: { enabled: true } },
  rotateRefreshToken: true, // a refresh token that comes twice revokes the whole grant
  ttl: { AccessToken: seconds, ClientCredentials: seconds, RefreshToken: 3600, Grant: 3600, Session: 3600 },
  cookies: { keys: [file("server.key").toString("hex")] },
});

// The token of a request as the provider knows it; undefined where it is none, or is over.
async function tokenOf(request) {
  const [, value] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const token = value && ((await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value)));
  return token?.isValid ? token : undefined;
}

// Write the line of the access log before the answer goes out: who has the answer finds the line.
function logged(request, response) {
  const { end } = response;
  response.end = function (...rest) {
    console.log(`127.0.0.1 - "${request.method} ${request.url} HTTP/1.1" ${this.statusCode}`);
    return end.apply(this, rest);
  };
}

const register = new Register(tokenOf);
const options = { key: file("server.key"), cert: file("server.pem") };
createServer(options, (request, response) => {
  const path = request.url; // the provider changes it
  logged({ method: request.method, url: path }, response);
  if (path.startsWith("/api/v1/")) register.answer(request, response);
  else provider.callback()(request, response);
}).listen(Number(port), "127.0.0.1");
