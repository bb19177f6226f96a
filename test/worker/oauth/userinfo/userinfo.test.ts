import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  authorizeClient,
  createClient,
  errorOf,
  jsonOf,
  NOTES,
  postForm,
  RESOURCE_VARIABLES,
  refresh,
  requestTokens,
  tokensOf,
  USERINFO,
} from "../../../support/oauth.ts";
import { startService } from "../../../support/service.ts";
import { signAsService } from "../../../support/sign-as-service.ts";

const service = startService({ env: RESOURCE_VARIABLES });
const PATH = "/oauth/userinfo";

const read = (token: string, from = service) => from.call("GET", PATH, undefined, token);
const authorized = async (scope: string, resource = "") =>
  authorizeClient(service, await createClient(service), { scope, resource });

describe("the userinfo endpoint", () => {
  it.each([
    ["openid", []],
    [
      "openid profile",
      ["family_name", "given_name", "locale", "name", "picture", "preferred_username", "updated_at"],
    ],
    ["email openid", ["email", "email_verified"]],
    ["openid phone", ["phone_number", "phone_number_verified"]],
    ["openid offline_access", []],
  ])("gives the claims of the scopes %s", async (scope, claims) => {
    const { access_token: token, user } = await authorized(scope);
    await env.DB.prepare(
      "UPDATE accounts SET last_name = 'Lovelace', username = ?, phone = '+491701234567', phone_verified_at = 1, avatar_key = 'a-key' WHERE id = ?",
    )
      .bind(user.accountId.slice(0, 12), user.accountId)
      .run();
    const answer = await read(token);
    expect([answer.status, answer.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    expect(Object.keys(jsonOf(answer)).sort()).toEqual([...claims, "sub"].sort());
    const expected = {
      ...{ sub: user.accountId, name: "Ada Lovelace", given_name: "Ada", family_name: "Lovelace" },
      ...{
        email: user.email,
        email_verified: true,
        phone_number: "+491701234567",
        phone_number_verified: true,
      },
      picture: "http://gatehouse.test/avatars/a-key",
    };
    for (const [name, value] of Object.entries(jsonOf(answer)))
      if (name in expected) expect([name, value]).toEqual([name, expected[name as keyof typeof expected]]);
    await env.DB.prepare("UPDATE accounts SET username = NULL WHERE id = ?").bind(user.accountId).run();
  });

  it("leaves out claims without a value", async () => {
    const { access_token: token } = await authorized("email openid phone profile");
    expect(Object.keys(jsonOf(await read(token))).sort()).toEqual(
      ["email", "email_verified", "given_name", "locale", "name", "sub", "updated_at"].sort(),
    );
  });

  it("reads the account as it is now", async () => {
    const { access_token: token, user } = await authorized("openid profile");
    await env.DB.prepare("UPDATE accounts SET name = 'Grace' WHERE id = ?").bind(user.accountId).run();
    expect(jsonOf(await read(token))).toMatchObject({ name: "Grace" });
  });

  it("takes the token of the header or of the form, and of nothing else", async () => {
    const { access_token: token } = await authorized("openid", NOTES);
    const bearer = { Authorization: `Bearer ${token}` };
    const body = { access_token: token };
    expect((await read(token)).status).toBe(200);
    expect((await service.call("POST", PATH, undefined, token)).status).toBe(200);
    expect((await postForm(service, PATH, body)).status).toBe(200);
    const both = await postForm(service, PATH, body, bearer);
    expect([both.status, errorOf(both)]).toEqual([400, "invalid_request"]);
    const refused = [
      await service.call("GET", `${PATH}?access_token=${token}`),
      await service.call("GET", PATH, undefined, undefined, { Cookie: `__Host-gh_access=${token}` }),
      await postForm(service, PATH, {}, { Cookie: `__Host-gh_access=${token}` }),
      await service.call("GET", PATH, undefined, undefined, { Authorization: token }),
      await service.call("GET", PATH),
    ];
    for (const answer of refused)
      expect([answer.status, answer.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  });

  it("refuses every other token with a challenge", async () => {
    const client = await createClient(service);
    const tokens = await authorizeClient(service, client, { scope: "notes:read openid" });
    const others = {
      "an ID token": tokens.id_token,
      "a refresh token": tokens.refresh_token,
      "a token of the service's own client": tokens.user.token,
      "a token for a resource without openid": (await authorized("notes:read", NOTES)).access_token,
      "a token of a machine": tokensOf(
        await requestTokens(service, client, { grant_type: "client_credentials", resource: NOTES }),
      ).access_token,
      "a token of a machine for userinfo": await signAsService(tokens.access_token, {
        ...{ aud: USERINFO, sub: client.id, sid: undefined },
      }),
      "a token of another client": await signAsService(tokens.access_token, { client_id: "another" }),
      "a token of the service's own client for userinfo": await signAsService(tokens.user.token, {
        aud: USERINFO,
      }),
      "no token": "nothing",
    };
    for (const [name, token] of Object.entries(others)) {
      const answer = await read(token);
      expect([name, answer.status, errorOf(answer)]).toEqual([name, 401, "invalid_token"]);
      expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
    }
    expect((await read(tokens.access_token)).status).toBe(200);
  });

  it.each([
    ["the family has ended", "UPDATE sessions SET revoked_at = 1 WHERE account_id = ?"],
    ["the account is deactivated", "UPDATE accounts SET status = 'deactivated' WHERE id = ?"],
  ])("refuses the token when %s", async (_name, change) => {
    const { access_token: token, user } = await authorized("openid");
    await env.DB.prepare(change).bind(user.accountId).run();
    expect((await read(token)).status).toBe(401);
  });

  it("refuses an expired token, and one of a refresh without openid", async () => {
    const own = startService({ env: RESOURCE_VARIABLES });
    const client = await createClient(own);
    const tokens = await authorizeClient(own, client);
    const narrow = tokensOf(await refresh(own, client, tokens.refresh_token, { scope: "notes:read" }));
    expect((await read(narrow.access_token, own)).status).toBe(401);
    expect((await read(tokens.access_token, own)).status).toBe(200);
    own.clock.advance(900_000);
    expect((await read(tokens.access_token, own)).status).toBe(401);
  });
});
