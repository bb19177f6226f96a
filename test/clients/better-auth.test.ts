import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { genericOAuth } from "better-auth/plugins";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { registerClient } from "./support/register-client.ts";
import { openUserAgent } from "./support/user-agent.ts";
import { newUser, type User } from "./support/users.ts";

// An app with better-auth whose users sign in at the service by its generic OAuth plugin.

const APP = "https://app.example.com";
const CALLBACK = `${APP}/api/auth/callback/gatehouse`;

let user: User;
beforeAll(async () => {
  user = await newUser("Grace");
});

async function startApp() {
  const registered = await registerClient({
    redirectUris: [CALLBACK],
    scopes: ["openid", "profile", "email"],
    resources: [],
  });
  const tables = { user: [], session: [], account: [], verification: [] };
  const auth = betterAuth({
    baseURL: APP,
    secret: "a secret of the app, thirty-two characters",
    database: memoryAdapter(tables),
    telemetry: { enabled: false },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: "gatehouse",
            discoveryUrl: `${inject("clientsService").issuer}/.well-known/openid-configuration`,
            clientId: registered.id,
            clientSecret: registered.secret,
            tokenEndpointAuth: { method: "client_secret_basic" },
            requireIdTokenVerification: true,
            scopes: ["openid", "profile", "email"],
          },
        ],
      }),
    ],
  });
  return { auth, tables: tables as Record<keyof typeof tables, Record<string, unknown>[]> };
}

type App = Awaited<ReturnType<typeof startApp>>;

/** A browser at the app: it keeps the cookies of the app. */
function openAppBrowser({ auth }: App) {
  const jar = new Map<string, string>();
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set("Cookie", [...jar].map((pair) => pair.join("=")).join("; "));
    headers.set("Origin", APP);
    const response = await auth.handler(new Request(new URL(path, APP), { ...init, headers }));
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return response;
  };
}

async function signIn(app: App, agent = openUserAgent()) {
  const visit = openAppBrowser(app);
  const started = await visit("/api/auth/sign-in/social", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ provider: "gatehouse", callbackURL: "/home" }),
  });
  const { url } = (await started.json()) as { url: string };
  const { url: callback, asked } = await agent.authorize(url, user);
  const finished = await visit(callback.href);
  return { visit, asked, finished };
}

describe("better-auth with its generic OAuth plugin", () => {
  it("signs a user in, and stores the account by its sub", async () => {
    const app = await startApp();
    const { visit, finished } = await signIn(app);
    expect(finished.headers.get("Location")).toMatch(/\/home$/);
    const session = (await (await visit("/api/auth/get-session")).json()) as { user: object };
    expect(session.user).toMatchObject({ email: user.email, emailVerified: true, name: "Grace" });
    expect(app.tables.account).toEqual([
      expect.objectContaining({ providerId: "gatehouse", accountId: user.id }),
    ]);
  });

  it("knows the same user again", async () => {
    const app = await startApp();
    const agent = openUserAgent();
    const first = await signIn(app, agent);
    const second = await signIn(app, agent);
    expect([first.asked, second.asked]).toEqual([["sign_in", "consent"], []]);
    expect([app.tables.user.length, app.tables.account.length]).toEqual([1, 1]);
  });

  it("creates no user when the user denies", async () => {
    const app = await startApp();
    const visit = openAppBrowser(app);
    const started = await visit("/api/auth/sign-in/social", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ provider: "gatehouse", callbackURL: "/home", errorCallbackURL: "/failed" }),
    });
    const { url } = (await started.json()) as { url: string };
    const { url: callback } = await openUserAgent().authorize(url, user, "deny");
    const finished = await visit(callback.href);
    expect(finished.headers.get("Location")).toMatch(/\/failed\?error=access_denied/);
    expect(app.tables.user).toEqual([]);
  });
});
