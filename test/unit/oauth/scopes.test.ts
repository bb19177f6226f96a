import { describe, expect, it } from "vitest";
import { chooseResource, chooseScopes, narrowScopes, parseScope } from "../../../src/oauth/scopes.ts";

const notes = {
  uri: "https://notes.example/api",
  alias: "notes",
  scopes: { "notes:read": "Read", "notes:write": "Write" },
};
const files = {
  uri: "https://files.example/api",
  alias: null,
  scopes: { "files:read": "Read", openid: "No" },
};
const resources = [notes, files];

describe("chooseResource", () => {
  const choose = (of: string[], requested?: string) =>
    chooseResource({ client: { resources: of }, resources, requested });

  it("takes the requested resource of the client, by its exact URI", () => {
    expect(choose([notes.uri, files.uri], files.uri)).toEqual({ ok: true, value: files });
  });

  it.each([
    ["a resource of no client", [notes.uri], files.uri],
    ["the alias", [notes.uri], "notes"],
    ["another case", [notes.uri], "https://NOTES.example/api"],
    ["a trailing slash", [notes.uri], `${notes.uri}/`],
    ["an unknown resource", [notes.uri], "https://other.example"],
    ["a resource that the configuration no longer has", ["https://gone.example"], "https://gone.example"],
  ])("refuses %s", (_name, of, requested) => {
    expect(choose(of, requested)).toMatchObject({ ok: false, error: { error: "invalid_target" } });
  });

  it("takes the only resource of the client without a request, and none of several", () => {
    expect(choose([notes.uri])).toEqual({ ok: true, value: notes });
    expect(choose([notes.uri, files.uri])).toEqual({ ok: true, value: null });
    expect(choose([])).toEqual({ ok: true, value: null });
    expect(choose(["https://gone.example", notes.uri])).toEqual({ ok: true, value: notes });
  });
});

describe("chooseScopes", () => {
  const client = { scopes: ["openid", "email", "notes:write", "notes:read", "files:read", "unknown"] };
  const choose = (resource: typeof notes | typeof files | null, requested?: string) =>
    chooseScopes({ client, resource, requested });

  it("sorts the scopes, each once", () => {
    expect(choose(notes, "openid  notes:write openid notes:read")).toEqual({
      ok: true,
      value: ["notes:read", "notes:write", "openid"],
    });
  });

  it("takes all scopes of the resource without a request, and none of OpenID Connect", () => {
    expect(choose(notes)).toEqual({ ok: true, value: ["notes:read", "notes:write"] });
    expect(choose(files)).toEqual({ ok: true, value: ["files:read"] });
  });

  it.each([
    ["a scope of another resource", notes, "files:read"],
    ["a scope that the client may not request", notes, "notes:read phone"],
    ["an unknown scope, which the client is registered for", notes, "unknown"],
    ["a scope in another case", notes, "Notes:read"],
    ["no scope", null, undefined],
    ["an empty scope", notes, " "],
    ["a scope of a resource without one", null, "openid notes:read"],
    ["a property of every object", { ...notes, scopes: {} }, "constructor"],
  ] as const)("refuses %s", (_name, resource, requested) => {
    const all = { scopes: [...client.scopes, "constructor"] };
    const chosen = chooseScopes({ client: all, resource, requested });
    expect(chosen).toMatchObject({ ok: false, error: { error: "invalid_scope" } });
  });

  it("requires openid without a resource", () => {
    expect(choose(null, "openid email")).toEqual({ ok: true, value: ["email", "openid"] });
    expect(choose(null, "email")).toMatchObject({ ok: false, error: { error: "invalid_target" } });
  });
});

describe("narrowScopes", () => {
  const granted = ["email", "notes:read", "openid"];

  it("keeps or narrows what was granted", () => {
    expect(narrowScopes(granted, undefined)).toEqual({ ok: true, value: granted });
    expect(narrowScopes(granted, "openid email")).toEqual({ ok: true, value: ["email", "openid"] });
  });

  it.each(["openid notes:write", "notes:write", " "])("refuses %j", (requested) => {
    expect(narrowScopes(granted, requested)).toMatchObject({ error: { error: "invalid_scope" } });
  });
});

it("parses a list of scopes", () => {
  expect(parseScope(" b a  b ")).toEqual(["b", "a"]);
});
