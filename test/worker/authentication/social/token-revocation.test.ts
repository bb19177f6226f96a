import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, inject, it, vi } from "vitest";
import { createSecretRing } from "../../../../src/core/crypto/secret-ring.ts";
import { sealProviderToken } from "../../../../src/event-deliveries/delivery.ts";
import { openBrowser } from "../../../support/browser.ts";
import { emptyTables } from "../../../support/database-rows.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { CONTROL_PREFIX } from "../../../support/loopback/protocol.ts";
import { EVERY_MINUTE } from "../../../support/outbox.ts";
import { setDeletionDue } from "../../../support/pending-deletion.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { signInWithBrowser } from "../../../support/social/browser-flow.ts";
import { basicCredentials, CLIENT } from "../../../support/social/provider-client.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { accountIdOf, registerAndLogIn } from "../../../support/users.ts";

const providers = openProviders();

beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  await emptyTables(env.DB);
});

const rows = async (table: string) => (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results;
const revokedSubjects = async (): Promise<string[]> =>
  (await fetch(`${inject("oidcUrl")}${CONTROL_PREFIX}revoked`)).json();

describe("the refresh token of a provider with a revocation endpoint (RFC 7009)", () => {
  it("is stored sealed at the sign-in, replaced at the next one, and revoked with the account", async () => {
    const service = startService({ env: providers.variables });
    const user = socialUser();
    await signInWithBrowser(openBrowser(service), "oidc", user);
    const [identity] = await rows("identities");
    const sealed = String(identity?.sealed_refresh_token);
    expect(sealed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    await signInWithBrowser(openBrowser(service), "oidc", user);
    const [again] = await rows("identities");
    expect(again).toMatchObject({ id: identity?.id });
    expect(again?.sealed_refresh_token).not.toBe(sealed);
    await setDeletionDue(service, await accountIdOf(user.email), 0);
    expect(await revokedSubjects()).not.toContain(String(user.id));
    await service.runCron(EVERY_MINUTE);
    expect(await rows("event_deliveries")).toEqual([]);
    expect(await revokedSubjects()).toContain(String(user.id));
  });

  it("is not stored of a provider without such an endpoint", async () => {
    const service = startService({ env: providers.variables });
    await signInWithBrowser(openBrowser(service), "google", socialUser());
    expect(await rows("identities")).toMatchObject([{ sealed_refresh_token: null }]);
  });

  it("is revoked with the client's authentication when the identity is unlinked, after failures too", async () => {
    const provider = openLoopback();
    const clock = createTestClock();
    const service = startService({ clock, env: providers.keys("OIDC", provider.url) });
    const { email, token } = await registerAndLogIn(service);
    const ring = await createSecretRing(
      String((service.env as unknown as { AUTH_SECRET: string }).AUTH_SECRET),
    );
    const sealed = await sealProviderToken(ring, "oidc", "the provider's token");
    await env.DB.prepare(
      "INSERT INTO identities (id, provider, subject, account_id, created_at, last_used_at, sealed_refresh_token) VALUES ('i', 'oidc', 's', ?, 0, 0, ?)",
    )
      .bind(await accountIdOf(email), sealed)
      .run();
    const endpoint = (path: string) => `${provider.url}${path}`;
    const discovery = {
      issuer: provider.url,
      authorization_endpoint: endpoint("/authorize"),
      token_endpoint: endpoint("/token"),
      jwks_uri: endpoint("/keys"),
      revocation_endpoint: endpoint("/revoke"),
    };
    const json = { "Content-Type": "application/json" };
    await provider.answer(
      { kind: "respond", status: 200, headers: json, body: JSON.stringify(discovery) },
      { kind: "respond", status: 503 },
      { kind: "respond", status: 200 },
    );
    const removed = await service.call("DELETE", "/api/auth/me/identities/oidc", undefined, token);
    expect(removed.status).toBe(200);
    expect(await rows("event_deliveries")).toMatchObject([{ kind: "token_revocation", attempts: 1 }]);
    expect(JSON.stringify(await rows("event_deliveries"))).not.toContain("the provider's token");
    clock.advance(60_000);
    await service.runCron(EVERY_MINUTE);
    expect(await rows("event_deliveries")).toEqual([]);
    const requests = (await provider.requests()).filter(({ path }) => path === "/revoke");
    expect(requests).toHaveLength(2);
    expect(Object.fromEntries(new URLSearchParams(requests[1]?.body))).toEqual({
      token: "the provider's token",
      token_type_hint: "refresh_token",
    });
    expect(basicCredentials(requests[1])).toEqual([CLIENT.id, CLIENT.secret]);
  });
});
