import { describe, expect, it } from "vitest";
import { readResources } from "../../../src/composition/resource-settings.ts";

const mode = { isDevelopment: false, publicUrl: "https://auth.example.com" };
const uri = "https://api.example.com";

const read = (resources: unknown, changes: Partial<typeof mode> = {}) =>
  readResources({ RESOURCES: JSON.stringify(resources) }, { ...mode, ...changes });

function problemsOf(resources: unknown, changes?: Partial<typeof mode>): readonly string[] {
  const answer = read(resources, changes);
  return "problems" in answer ? answer.problems.map(({ path, message }) => `${path} ${message}`) : [];
}

describe("readResources", () => {
  it("reads resources with and without an alias and scopes", () => {
    const resources = [
      { uri, alias: "api", scopes: { "notes:read": "Read your notes" } },
      { uri: "https://mcp.example.com/mcp?tenant=1" },
    ];
    expect(read(resources)).toEqual({
      resources: [resources[0], { uri: "https://mcp.example.com/mcp?tenant=1", alias: null, scopes: {} }],
    });
    // wrangler.toml may have the list as a value of its own.
    expect(readResources({ RESOURCES: resources }, mode)).toEqual(read(resources));
  });

  it("reads scopes that are names only", () => {
    expect(read([{ uri, scopes: ["notes:read", "notes:write"] }])).toEqual({
      resources: [{ uri, alias: null, scopes: { "notes:read": "notes:read", "notes:write": "notes:write" } }],
    });
  });

  it("is empty without the variable", () => {
    expect(readResources({}, mode)).toEqual({ resources: [] });
  });

  it("allows an http URI in development only", () => {
    const resources = [{ uri: "http://localhost:8788" }];
    expect(problemsOf(resources)).toEqual([expect.stringContaining("https URI")]);
    expect(problemsOf(resources, { isDevelopment: true })).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["no list", { uri }, "must be a JSON list"],
    ["a list of text", ["api"], "must be a JSON list"],
    ["a resource without a URI", [{ alias: "api" }], "must be a JSON list"],
    ["an unknown member", [{ uri, name: "api" }], "must be a JSON list"],
    ["scopes without sentences", [{ uri, scopes: { read: "" } }], "must be a JSON list"],
    ["a list of scopes with a number", [{ uri, scopes: [7] }], "must be a JSON list"],
    ["scopes in one text", [{ uri, scopes: "read write" }], "must be a JSON list"],
    ["a scope with a space", [{ uri, scopes: ["read write"] }], "must be a JSON list"],
    ["a scope with a quote", [{ uri, scopes: { 'a"b': "Read" } }], "must be a JSON list"],
    ["an alias with a dot", [{ uri, alias: "api.v1" }], "aliases of a-z"],
    ["an alias in capitals", [{ uri, alias: "API" }], "aliases of a-z"],
    ["a URI of 257 characters", [{ uri: `${uri}/${"x".repeat(233)}` }], "at most 256"],
    ["a relative URI", [{ uri: "/api" }], "https URI"],
    ["a URI with a fragment", [{ uri: `${uri}/#a` }], "https URI"],
    ["a URI with an empty fragment", [{ uri: `${uri}/#` }], "https URI"],
    ["a URI with a user", [{ uri: "https://u@api.example.com" }], "https URI"],
    ["a URI with a password", [{ uri: "https://:p@api.example.com" }], "https URI"],
    ["another scheme", [{ uri: "urn:example:api" }], "https URI"],
    ["a URI twice", [{ uri }, { uri }], "each URI once"],
    ["a URI in two spellings", [{ uri }, { uri: "https://API.example.com:443/" }], "each URI once"],
    [
      "an alias twice",
      [
        { uri, alias: "api" },
        { uri: `${uri}/2`, alias: "api" },
      ],
      "each alias once",
    ],
    ["this service's own API", [{ uri: "https://auth.example.com/api/auth" }], "own API"],
    [
      "this service's own API, in another spelling",
      [{ uri: "https://AUTH.example.com/api/auth/" }],
      "own API",
    ],
    ["the alias of this service", [{ uri, alias: "gatehouse" }], "alias gatehouse"],
    ["the userinfo endpoint", [{ uri: "https://auth.example.com/oauth/userinfo" }], "userinfo endpoint"],
    ["openid as a scope", [{ uri, scopes: ["read", "openid"] }], "scopes of OpenID"],
    ["profile as a scope", [{ uri, scopes: { profile: "See you" } }], "scopes of OpenID"],
    ["email as a scope", [{ uri, scopes: ["email"] }], "scopes of OpenID"],
    ["phone as a scope", [{ uri, scopes: ["phone"] }], "scopes of OpenID"],
    ["offline_access as a scope", [{ uri, scopes: ["offline_access"] }], "scopes of OpenID"],
  ])("refuses %s", (_case, resources, message) => {
    expect(problemsOf(resources)).toEqual([expect.stringMatching(new RegExp(`^RESOURCES .*${message}`))]);
  });

  it("reports each problem once, and repeats no value", () => {
    const resources = [{ uri: "canary" }, { uri: "canary" }, { uri, alias: "canary." }];
    expect(problemsOf(resources)).toHaveLength(2);
    expect(JSON.stringify(problemsOf(resources))).not.toContain("canary");
    expect(readResources({ RESOURCES: "canary" }, mode)).toEqual({
      problems: [{ path: "RESOURCES", message: expect.stringMatching(/^must be a JSON list/) }],
    });
  });

  it("refuses AUDIENCES and says what to write instead", () => {
    const given = { AUDIENCES: "gatehouse,app", RESOURCES: "[]" };
    expect(readResources(given, mode)).toEqual({
      problems: [
        {
          path: "AUDIENCES",
          message: expect.stringContaining('RESOURCES=[{"uri":"https://app.example.com"'),
        },
      ],
    });
  });

  it("does not compare with an invalid PUBLIC_URL", () => {
    const answer = readResources({ RESOURCES: JSON.stringify([{ uri }]) }, { ...mode, publicUrl: null });
    expect(answer).toEqual({ resources: [{ uri, alias: null, scopes: {} }] });
  });
});
