import { describe, expect, it } from "vitest";
import { chooseAppAudience, chooseAudience, findResource } from "../../../src/sessions/audience.ts";

const OWN = "https://auth.example.com/api/auth";
const app = { uri: "https://app.example.com", alias: "app", scopes: {} };
const api = { uri: "https://api.example.com/v1", alias: null, scopes: {} };
const settingsWith = (...resources: (typeof app | typeof api)[]) => ({
  publicUrl: "https://auth.example.com",
  resources,
});
const settings = settingsWith(app, api);

/** Other spellings and parts of names name no resource. */
const UNKNOWN = ["", "App", "app ", "null", `${app.uri}/`, "https://api.example.com", `${OWN}/`, "__proto__"];

describe("findResource", () => {
  it.each<[string, string | null]>([
    ["gatehouse", OWN],
    [OWN, OWN],
    ["app", app.uri],
    [app.uri, app.uri],
    [api.uri, api.uri],
    ...UNKNOWN.map((name): [string, null] => [name, null]),
  ])("finds for the name %j the URI %j", (name, uri) => {
    expect(findResource(settings, name)).toBe(uri);
  });

  it("finds this service's own API before a resource with one of its names", () => {
    const imposters = settingsWith({ ...app, alias: "gatehouse" }, { ...app, uri: OWN });
    expect(findResource(imposters, "gatehouse")).toBe(OWN);
  });
});

describe("chooseAudience", () => {
  it.each([
    [undefined, undefined, OWN],
    [undefined, "cookie", OWN],
    ["gatehouse", "cookie", OWN],
    [OWN, "cookie", OWN],
    ["app", "bearer", app.uri],
    ["app", undefined, app.uri],
    ["app", "cookie", null],
    [app.uri, "cookie", null],
    ["unknown", "bearer", null],
    ["unknown", "cookie", null],
  ] as const)("for %j by %j is %j", (requested, transport, audience) => {
    expect(chooseAudience(settings, requested, transport)).toBe(audience);
  });
});

describe("chooseAppAudience", () => {
  it.each(["gatehouse", OWN, ...UNKNOWN])("refuses %j", (requested) => {
    expect(chooseAppAudience(settings, requested)).toBeNull();
  });

  it("accepts the names of a resource, and needs none for the only resource", () => {
    expect(chooseAppAudience(settings, "app")).toBe(app.uri);
    expect(chooseAppAudience(settings, api.uri)).toBe(api.uri);
    expect(chooseAppAudience(settingsWith(api), undefined)).toBe(api.uri);
    expect(chooseAppAudience(settings, undefined)).toBeNull();
    expect(chooseAppAudience(settingsWith(), undefined)).toBeNull();
  });
});
