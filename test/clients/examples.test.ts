import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { findFreePort } from "../../scripts/shared/free-port.ts";
import { serveBrowser } from "../../scripts/shared/launch-browser.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { bundlePrograms } from "../examples/bundle-programs.ts";
import { serveSpa } from "../examples/serve-spa.ts";
import { type RegisteredClient, registerClient } from "./support/register-client.ts";
import { REPORTS } from "./support/resources.ts";
import { newUser, type User } from "./support/users.ts";

// examples/spa and examples/node-api against the service itself. test/examples runs them against another provider.

const { issuer, apiUrl } = inject("clientsService");

describe("examples/spa, in a browser and on its own origin", () => {
  let app: Awaited<ReturnType<typeof serveSpa>>;
  let browser: Browser;
  let stopBrowser: () => Promise<void>;
  let user: User;
  let clientId: string;
  beforeAll(async () => {
    user = await newUser();
    app = await serveSpa();
    const client = await registerClient({
      ...{ name: "Notes", type: "public", authMethod: "none" },
      ...{ redirectUris: [`${app.origin}/`], postLogoutRedirectUris: [`${app.origin}/`] },
      ...{ resources: [apiUrl], scopes: ["openid", "profile", "notes:read"] },
      // Seconds. The app refreshes a token in its last 20 seconds, and so before each call.
      accessTokenTtl: 19,
    });
    clientId = client.id;
    app.configure({ "gatehouse-issuer": issuer, "gatehouse-client-id": clientId, "notes-api": apiUrl });
    const server = await serveBrowser();
    stopBrowser = () => server.close();
    browser = await chromium.connect(server.wsEndpoint());
  });
  afterAll(async () => {
    await browser?.close();
    await stopBrowser?.();
    await app?.close();
  });

  /** What the page has sent and received at the token endpoint and the API. */
  function watch(page: Page) {
    const grants: (string | null)[] = [];
    const refreshTokens: string[] = [];
    const bearers: string[] = [];
    page.on("request", (request) => {
      const form = new URLSearchParams(request.postData() ?? "");
      if (request.url() === `${issuer}/oauth/token`) grants.push(form.get("grant_type"));
      const { authorization } = request.headers();
      if (request.url().startsWith(apiUrl) && authorization) bearers.push(authorization);
    });
    page.on("response", async (response) => {
      if (response.url() !== `${issuer}/oauth/token` || response.status() !== 200) return;
      refreshTokens.push((await response.json()).refresh_token);
    });
    return { grants, refreshTokens, bearers };
  }

  it("signs in, calls userinfo and the API, refreshes and signs out", async () => {
    const context = await browser.newContext({ locale: "en" });
    const page = await context.newPage();
    const { grants, refreshTokens, bearers } = watch(page);
    await page.goto(app.origin);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Email").fill(user.email);
    await page.getByLabel("Password", { exact: true }).fill(user.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("Signed in as Ada").waitFor();
    await page.getByText(`A note of ${user.id}`).waitFor();
    expect(new URL(page.url()).origin).toBe(app.origin);
    // One code; each call of the API has refreshed the token.
    expect([grants[0], new Set(grants.slice(1))]).toEqual(["authorization_code", new Set(["refresh_token"])]);
    const answer = await page.evaluate(
      async ([url = "", authorization = ""]) => {
        const response = await fetch(url, { headers: { Authorization: authorization } });
        return { status: response.status, claims: await response.json() };
      },
      [`${issuer}/oauth/userinfo`, bearers.at(-1) ?? ""],
    );
    expect(answer).toMatchObject({ status: 200, claims: { sub: user.id, name: "Ada" } });
    // A response is read before the page that sent the request goes away.
    await expect.poll(() => refreshTokens.length).toBe(grants.length);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    await page.waitForURL(`${app.origin}/`);
    expect(await page.getByText(`A note of ${user.id}`).count()).toBe(0);
    // The service has ended the tokens and the browser session.
    const form = {
      ...{ grant_type: "refresh_token", client_id: clientId, refresh_token: refreshTokens.at(-1) ?? "" },
    };
    const refused = await fetch(`${issuer}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
    expect([refused.status, (await refused.json()).error]).toEqual([400, "invalid_grant"]);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Password", { exact: true }).waitFor();
    await context.close();
  });
});

describe("examples/node-api", () => {
  const scratch = createScratchDirectory();
  let server: ChildProcess;
  let client: RegisteredClient;
  let environment: Record<string, string | undefined>;
  let origin = "";
  beforeAll(async () => {
    client = await registerClient({
      ...{ grantTypes: ["client_credentials"], redirectUris: [] },
      ...{ resources: [REPORTS], scopes: ["reports:read"] },
    });
    const port = String(await findFreePort());
    origin = `http://127.0.0.1:${port}`;
    environment = { ...process.env, GATEHOUSE_URL: issuer, RESOURCE: REPORTS, PORT: port };
    await bundlePrograms(scratch.path);
    server = spawn(process.execPath, [join(scratch.path, "server.mjs")], { env: environment });
    await new Promise((resolve) => server.stdout?.once("data", resolve));
  });
  afterAll(() => {
    server?.kill();
    scratch.remove();
  });

  /** The output of the calling program. */
  async function call(secret: string): Promise<string> {
    const env = { ...environment, API_URL: origin, CLIENT_ID: client.id, CLIENT_SECRET: secret };
    const child = spawn(process.execPath, [join(scratch.path, "call.mjs")], { env });
    const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return out + error;
  }

  it("answers 200 to a program with a token for itself, and 401 without a token", async () => {
    expect(await call(client.secret)).toBe(
      `200 {"report":"All is well.","caller":"the program ${client.id}"}\n`,
    );
    const answer = await fetch(origin);
    expect([answer.status, answer.headers.get("WWW-Authenticate")]).toEqual([
      401,
      expect.stringContaining('scope="reports:read"'),
    ]);
  });

  it("is told of a wrong secret", async () => {
    expect(await call("wrong")).toContain("Gatehouse issued no token: invalid_client.");
  });
});
