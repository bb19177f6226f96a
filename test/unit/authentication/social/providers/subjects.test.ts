import { afterEach, expect, it, vi } from "vitest";
import { facebook } from "../../../../../src/authentication/social/providers/facebook.ts";
import { github } from "../../../../../src/authentication/social/providers/github.ts";

// The default issuers are real hosts, which the workers' tests cannot reach: this test stubs `fetch`.

const RESPONSES: Readonly<Record<string, unknown>> = {
  "https://api.github.com/applications/us/token": { app: { client_id: "us" }, user: { id: 7 } },
  "https://api.github.com/user": { id: 7, login: "octo" },
  "https://api.github.com/user/emails": [],
  "https://graph.facebook.com/v23.0/debug_token": { data: { app_id: "us", is_valid: true, user_id: "7" } },
  "https://graph.facebook.com/v23.0/me": { id: "7" },
};

afterEach(() => vi.unstubAllGlobals());

it.each([
  ["GitHub", github, "https://github.com"],
  ["GitHub with a trailing slash", github, "https://github.com/"],
  ["Facebook", facebook, "https://www.facebook.com"],
] as const)(
  "the subject at the default issuer of %s is the bare user id",
  async (_provider, definition, issuer) => {
    vi.stubGlobal("fetch", async (url: string) => Response.json(RESPONSES[url.split("?", 1)[0] ?? ""]));
    const email = { trust: "implied", domains: [], isConfigured: false } as const;
    const settings = { clientId: "us", clientSecret: "secret", issuer, name: "It", email, own: {} };
    const provider = definition.create(settings, {
      clock: { now: Date.now },
      timeout: 1000,
      cache: new Map(),
      onProviderError: () => {},
    });
    const verified = await provider.verifyToken({ kind: "access_token", token: "a token" });
    expect(verified).toMatchObject({ ok: true, value: { profile: { subject: "7" }, idToken: null } });
  },
);
