// SPDX-FileCopyrightText: 2026 The rimops.insight authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The entities: {data} or {data, meta: {total}}; a create answers with Location only, a PUT replaces the whole.

import { randomUUID } from "node:crypto";

const COLLECTIONS = {
  sites: { key: ["code"], attributes: ["code", "name", "notes"], references: {} },
  scales: { key: ["site", "serial"], attributes: ["site", "serial", "capacity"], references: { site: "sites" } },
};

class Refusal extends Error {
  constructor(status, field, message) {
    super(message);
    Object.assign(this, { status, field });
  }
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    throw new Refusal(400, null, "the body is no JSON");
  }
}

export class Register {
  // tokenOf: answers the valid token of a request, or nothing.
  constructor(tokenOf) {
    this.tokenOf = tokenOf;
    this.stored = Object.fromEntries(Object.keys(COLLECTIONS).map((name) => [name, new Map()]));
  }

  async answer(request, response) {
    let status, headers, content;
    try {
      [status, content, headers] = await this.#answerTo(request);
    } catch (problem) {
      status = problem.status ?? 500;
      content = { errors: [{ field: problem.field ?? null, message: String(problem.message) }] };
      if (status === 401) headers = { "WWW-Authenticate": 'Bearer error="invalid_token"' };
    }
    response.writeHead(status, { ...(content && { "Content-Type": "application/json" }), ...headers });
    response.end(content && JSON.stringify(content));
  }

  async #answerTo(request) {
    const token = await this.tokenOf(request);
    if (!token) throw new Refusal(401, null, "the access token is none, or is over");
    const { pathname, searchParams } = new URL(request.url, "https://127.0.0.1");
    const [collection, id, ...more] = pathname.slice("/api/v1/".length).split("/").map(decodeURIComponent);
    if (collection === "me" && id === undefined && request.method === "GET") {
      return [200, { data: { client: token.clientId, user: token.accountId ?? null } }];
    }
    if (!Object.hasOwn(COLLECTIONS, collection) || more.length) throw new Refusal(404, null, "no such address");
    const operation = `${request.method} ${id === undefined ? "all" : "one"}`;
    if (operation === "GET all") return this.#list(collection, searchParams);
    if (operation === "POST all") return this.#create(collection, await bodyOf(request));
    if (id !== undefined && !this.stored[collection].has(id)) throw new Refusal(404, null, "there is none of this id");
    if (operation === "GET one") return [200, { data: this.stored[collection].get(id) }];
    if (operation === "PUT one") return this.#replace(collection, id, await bodyOf(request));
    if (operation === "DELETE one") return this.#delete(collection, id);
    throw new Refusal(405, null, "no such method here");
  }

  #list(collection, asked) {
    const wanted = [...asked].filter(([name]) => name !== "offset" && name !== "limit");
    const found = [...this.stored[collection].values()].filter((one) =>
      wanted.every(([name, value]) => String(one[name]) === value),
    );
    const [offset, limit] = [Number(asked.get("offset") ?? 0), Number(asked.get("limit") ?? 10)];
    return [200, { data: found.slice(offset, offset + limit), meta: { total: found.length } }];
  }

  #create(collection, content) {
    const id = randomUUID();
    this.#keep(collection, id, content);
    return [201, undefined, { Location: `/api/v1/${collection}/${id}` }];
  }

  #replace(collection, id, content) {
    this.#keep(collection, id, content);
    return [200, { data: this.stored[collection].get(id) }];
  }

  #keep(collection, id, content) {
    const { key, attributes, references } = COLLECTIONS[collection];
    for (const name of Object.keys(content)) {
      if (!attributes.includes(name)) throw new Refusal(400, name, "there is no such field");
    }
    for (const name of key) {
      if (typeof content[name] !== "string" || !content[name]) throw new Refusal(400, name, "a text is needed");
    }
    for (const [name, other] of Object.entries(references)) {
      if (!this.stored[other].has(content[name])) throw new Refusal(400, name, `it names none of ${other}`);
    }
    for (const one of this.stored[collection].values()) {
      if (one.id !== id && key.every((name) => one[name] === content[name])) {
        throw new Refusal(409, key.at(-1), "there is another with this value");
      }
    }
    const whole = Object.fromEntries(attributes.map((name) => [name, content[name] ?? null]));
    this.stored[collection].set(id, { id, ...whole });
  }

  #delete(collection, id) {
    for (const [other, { references }] of Object.entries(COLLECTIONS)) {
      for (const one of this.stored[other].values()) {
        if (Object.entries(references).some(([name, to]) => to === collection && one[name] === id)) {
          throw new Refusal(409, null, `one of ${other} refers to it`);
        }
      }
    }
    this.stored[collection].delete(id);
    return [204];
  }
}
