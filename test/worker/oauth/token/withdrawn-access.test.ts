import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { createDeviceClient, decide, pollDevice, startDevice } from "../../../support/devices.ts";
import {
  authorizeClient,
  authorizedCode,
  createClient,
  errorOf,
  FILES,
  NOTES,
  RESOURCE_VARIABLES,
  redeem,
  refresh,
  signedInUser,
  type TestClient,
  tokensOf,
} from "../../../support/oauth.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: RESOURCE_VARIABLES });

type Lists = Partial<Record<"grant_types" | "resources" | "scopes", readonly string[]>>;

/** An operator changes what the client may request. */
async function change({ id }: Pick<TestClient, "id">, lists: Lists): Promise<void> {
  for (const [column, list] of Object.entries(lists))
    await env.DB.prepare(`UPDATE oauth_clients SET ${column} = ? WHERE id = ?`)
      .bind(JSON.stringify(list), id)
      .run();
}

const generationOf = (token: string) =>
  env.DB.prepare("SELECT generation FROM sessions WHERE id = ?")
    .bind(decodeJwt(token).sid)
    .first("generation");

async function newCode() {
  const client = await createClient(service);
  const user = await signedInUser(service);
  return { client, code: await authorizedCode(service, { client, user, scope: "email notes:read openid" }) };
}

const WITHDRAWALS: readonly (readonly [string, Lists, string])[] = [
  ["the resource", { resources: [FILES] }, "invalid_grant"],
  ["every scope", { scopes: ["files:read"] }, "invalid_grant"],
  ["the grant type", { grant_types: ["client_credentials"] }, "unauthorized_client"],
];

describe("a code that was issued before the client lost", () => {
  it.each(WITHDRAWALS)("%s opens nothing, and stays unused", async (_name, lists, error) => {
    const { client, code } = await newCode();
    await change(client, lists);
    expect(errorOf(await redeem(service, client, code))).toBe(error);
    const row = "SELECT claim FROM oauth_authorization_codes WHERE client_id = ?";
    expect(await env.DB.prepare(row).bind(client.id).first("claim")).toBeNull();
  });

  it("a scope gives the others", async () => {
    const { client, code } = await newCode();
    await change(client, { scopes: ["openid", "notes:read"] });
    const tokens = tokensOf(await redeem(service, client, code));
    expect(tokens.scope).toBe("notes:read openid");
    expect(decodeJwt(tokens.access_token)).not.toHaveProperty("email");
    expect(decodeJwt(tokens.access_token).scope).toBe("notes:read openid");
  });

  it("openid gives no ID token", async () => {
    const { client, code } = await newCode();
    await change(client, { scopes: ["notes:read"] });
    const tokens = tokensOf(await redeem(service, client, code));
    expect(tokens).not.toHaveProperty("id_token");
    expect(decodeJwt(tokens.access_token).aud).toBe(NOTES);
  });

  it("openid gives nothing without a resource", async () => {
    const client = await createClient(service);
    const user = await signedInUser(service);
    const code = await authorizedCode(service, { client, user, resource: "", scope: "email openid" });
    await change(client, { scopes: ["email"] });
    expect(errorOf(await redeem(service, client, code))).toBe("invalid_grant");
  });
});

describe("a device request that was allowed before the client lost", () => {
  it.each(WITHDRAWALS)("%s opens nothing", async (_name, lists, error) => {
    const client = await createDeviceClient(service, {
      resources: [NOTES],
      scopes: ["openid", "notes:read"],
    });
    const device = await startDevice(service, client, { scope: "openid notes:read" });
    const { email } = await registerVerifiedUser(service);
    await decide(await signedInPageBrowser(service, email), device);
    await change(client, lists);
    expect(errorOf(await pollDevice(service, client, device))).toBe(error);
    const opened = "SELECT count(*) AS n FROM sessions WHERE client_id = ?";
    expect(await env.DB.prepare(opened).bind(client.id).first("n")).toBe(0);
  });
});

describe("a refresh after the client lost", () => {
  it.each(WITHDRAWALS)("%s fails, and rotates nothing", async (_name, lists, error) => {
    const client = await createClient(service);
    const { access_token, refresh_token } = await authorizeClient(service, client);
    await change(client, lists);
    expect(errorOf(await refresh(service, client, refresh_token))).toBe(error);
    expect(await generationOf(access_token)).toBe(1);
  });

  it("the only requested scope fails, and rotates nothing", async () => {
    const client = await createClient(service);
    const { access_token, refresh_token } = await authorizeClient(service, client);
    await change(client, { scopes: ["openid", "email"] });
    const refused = await refresh(service, client, refresh_token, { scope: "notes:read" });
    expect(errorOf(refused)).toBe("invalid_scope");
    expect(await generationOf(access_token)).toBe(1);
    const { scope } = tokensOf(await refresh(service, client, refresh_token));
    expect(scope).toBe("email openid");
  });
});
