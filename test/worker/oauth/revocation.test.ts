import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  authorizeClient,
  createClient,
  credentialsOf,
  errorOf,
  familyOf,
  NOTES,
  postForm,
  RESOURCE_VARIABLES,
  refresh,
  requestTokens,
  type TestClient,
  tokensOf,
} from "../../support/oauth.ts";
import { type Service, startService } from "../../support/service.ts";

const service = startService({ env: RESOURCE_VARIABLES });

const revoke = (
  client: TestClient,
  token: string,
  from: Service = service,
  form: Record<string, string> = {},
) => postForm(from, "/oauth/revoke", { ...credentialsOf(client), token, ...form });
const isLive = async (token: string) =>
  (await env.DB.prepare("SELECT revoked_at AS at FROM sessions WHERE id = ?")
    .bind(familyOf(token))
    .first("at")) === null;

describe("the revocation endpoint", () => {
  it.each(["access_token", "refresh_token"] as const)("ends the family of the %s", async (kind) => {
    const client = await createClient(service);
    const tokens = await authorizeClient(service, client);
    const another = await authorizeClient(service, client, { user: tokens.user });
    for (const _ of ["first", "again"]) {
      const answer = await revoke(client, tokens[kind], service, { token_type_hint: "anything" });
      expect([answer.status, answer.text]).toEqual([200, ""]);
    }
    expect(await isLive(tokens.access_token)).toBe(false);
    expect(await env.KV.get(`deny:sid:${familyOf(tokens.access_token)}`)).toBe("1");
    expect(errorOf(await refresh(service, client, tokens.refresh_token))).toBe("invalid_grant");
    expect(await isLive(another.access_token)).toBe(true);
    expect((await service.get("/me", tokens.user.token)).status).toBe(200);
    const events = "SELECT details FROM audit_events WHERE account_id = ? AND type = 'session_ended'";
    const { results } = await env.DB.prepare(events).bind(tokens.user.accountId).all<{ details: string }>();
    expect(results.map(({ details }) => JSON.parse(details))).toEqual([
      { sessionId: familyOf(tokens.access_token), client: client.id },
    ]);
  });

  it("takes a rotated refresh token and an expired access token", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const client = await createClient(own);
    const [first, second] = [await authorizeClient(own, client), await authorizeClient(own, client)];
    await refresh(own, client, first.refresh_token);
    own.clock.advance(900_000);
    expect((await revoke(client, first.refresh_token, own)).status).toBe(200);
    expect((await revoke(client, second.access_token, own)).status).toBe(200);
    expect([await isLive(first.access_token), await isLive(second.access_token)]).toEqual([false, false]);
  });

  it("takes the client_id of a public client as its authentication", async () => {
    const client = await createClient(service, { authMethod: "none" });
    const tokens = await authorizeClient(service, client);
    expect(
      (await postForm(service, "/oauth/revoke", { client_id: client.id, token: tokens.refresh_token }))
        .status,
    ).toBe(200);
    expect(await isLive(tokens.access_token)).toBe(false);
  });

  it("ends nothing of another client or of the service's own", async () => {
    const [client, another] = [await createClient(service), await createClient(service)];
    const tokens = await authorizeClient(service, client);
    const foreign = await revoke(another, tokens.access_token);
    expect([foreign.status, errorOf(foreign)]).toEqual([400, "invalid_grant"]);
    expect((await revoke(another, tokens.refresh_token)).status).toBe(200);
    expect(errorOf(await revoke(client, tokens.user.token))).toBe("invalid_grant");
    expect((await revoke(client, tokens.user.refreshToken)).status).toBe(200);
    expect((await service.get("/me", tokens.user.token)).status).toBe(200);
    expect((await service.post("/refresh", { refreshToken: tokens.user.refreshToken })).status).toBe(200);
    expect(await isLive(tokens.access_token)).toBe(true);
  });

  it("accepts unknown tokens, and refuses clients that do not authenticate", async () => {
    const client = await createClient(service);
    const { access_token: token, id_token: idToken } = await authorizeClient(service, client);
    for (const unknown of ["nothing", "a.b.c", idToken])
      expect((await revoke(client, unknown)).status).toBe(200);
    const wrong = await revoke(client, token, service, { client_secret: "wrong" });
    expect([wrong.status, errorOf(wrong)]).toEqual([401, "invalid_client"]);
    expect(errorOf(await postForm(service, "/oauth/revoke", credentialsOf(client)))).toBe("invalid_request");
    expect(await isLive(token)).toBe(true);
  });

  it("cannot revoke the token of a machine, which has no session", async () => {
    const client = await createClient(service);
    const grant = { grant_type: "client_credentials", resource: NOTES };
    const { access_token: token } = tokensOf(await requestTokens(service, client, grant));
    expect(errorOf(await revoke(client, token))).toBe("unsupported_token_type");
  });
});
