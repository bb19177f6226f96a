import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../../support/assertions.ts";
import { authorizationQuery } from "../../../support/authorization-requests.ts";
import {
  authorizedCode,
  createKeyClient,
  errorOf,
  jsonOf,
  NOTES,
  postForm,
  RESOURCE_VARIABLES,
  redeem,
  requestTokens,
  signedInUser,
  tokensOf,
} from "../../../support/oauth.ts";
import { type ApiResponse, startService } from "../../../support/service.ts";

const service = startService({ env: RESOURCE_VARIABLES });

type KeyClient = Awaited<ReturnType<typeof createKeyClient>>["client"];

const newCode = async (client: KeyClient) =>
  authorizedCode(service, { client, user: await signedInUser(service) });

function successOf(answers: readonly ApiResponse[]): ApiResponse {
  const success = answers.find(({ status }) => status === 200);
  if (success === undefined) throw new Error("no request succeeded");
  return success;
}

const refreshWith = (client: KeyClient, refreshToken: string, assertion: Record<string, string>) =>
  requestTokens(service, client, {
    ...assertion,
    ...{ grant_type: "refresh_token", refresh_token: refreshToken },
  });

const sessionsOf = (client: KeyClient) =>
  env.DB.prepare("SELECT count(*) AS n FROM sessions WHERE client_id = ?").bind(client.id).first("n");

describe("a client assertion", () => {
  it("redeems one code of parallel requests; the others get invalid_client, and their codes stay good", async () => {
    const { client, assertion } = await createKeyClient(service);
    const codes = [];
    for (let at = 0; at < 20; at += 1) codes.push(await newCode(client));
    const presented = await assertion();
    const answers = await Promise.all(codes.map((code) => redeem(service, client, code, presented)));
    expect(statusCounts(answers)).toEqual({ 200: 1, 401: 19 });
    for (const answer of answers) if (answer.status === 401) expect(errorOf(answer)).toBe("invalid_client");
    expect(await sessionsOf(client)).toBe(1);
    const unused = codes.filter((_, at) => answers[at]?.status === 401);
    const [code] = unused;
    if (code === undefined) throw new Error("no unused code");
    expect((await redeem(service, client, code, await assertion())).status).toBe(200);
  });

  it("of 50 parallel requests with the same code redeems one", async () => {
    const { client, assertion } = await createKeyClient(service);
    const [code, presented] = [await newCode(client), await assertion()];
    const answers = await inParallel(50, () => redeem(service, client, code, presented));
    expect(statusCounts(answers)).toEqual({ 200: 1, 401: 49 });
    // A replayed assertion is no reuse of the code, which would end the family.
    const { refresh_token } = tokensOf(successOf(answers));
    expect((await refreshWith(client, refresh_token, await assertion())).status).toBe(200);
  });

  it("refreshes once; a replay rotates nothing and is no reuse of the refresh token", async () => {
    const { client, assertion } = await createKeyClient(service, { refreshGraceSeconds: 0 });
    const first = tokensOf(await redeem(service, client, await newCode(client), await assertion()));
    const presented = await assertion();
    const answers = await inParallel(50, () => refreshWith(client, first.refresh_token, presented));
    expect(statusCounts(answers)).toEqual({ 200: 1, 401: 49 });
    const second = tokensOf(successOf(answers));
    service.clock.advance(1000);
    expect(errorOf(await refreshWith(client, second.refresh_token, presented))).toBe("invalid_client");
    expect((await refreshWith(client, second.refresh_token, await assertion())).status).toBe(200);
  });

  it("gets a token of the machine, introspects and pushes a request once each", async () => {
    const { client, assertion } = await createKeyClient(service);
    const grant = { grant_type: "client_credentials", resource: NOTES, scope: "notes:read" };
    const push = Object.fromEntries(authorizationQuery(client, { scope: "openid" }));
    for (const [path, form, status] of [
      ["/oauth/token", grant, 200],
      ["/oauth/introspect", { token: "unknown" }, 200],
      ["/oauth/revoke", { token: "unknown" }, 200],
      ["/oauth/par", push, 201],
    ] as const) {
      const presented = await assertion();
      const answers = await inParallel(50, () => postForm(service, path, { ...form, ...presented }));
      expect([path, statusCounts(answers)]).toEqual([path, { [status]: 1, 401: 49 }]);
    }
    const pushed = "SELECT count(*) AS n FROM oauth_pushed_requests WHERE client_id = ?";
    expect(await env.DB.prepare(pushed).bind(client.id).first("n")).toBe(1);
  });

  it("introspects once of parallel requests that know the keys, and a replay learns nothing", async () => {
    const { client, assertion } = await createKeyClient(service);
    const code = await newCode(client);
    const { access_token: token } = tokensOf(await redeem(service, client, code, await assertion()));
    const presented = await assertion();
    const introspect = (more: Record<string, string>) =>
      postForm(service, "/oauth/introspect", { token, ...more });
    const answers = await inParallel(50, () => introspect(presented));
    expect(statusCounts(answers)).toEqual({ 200: 1, 401: 49 });
    for (const answer of answers)
      expect(jsonOf(answer)[answer.status === 200 ? "active" : "error"]).toBe(
        answer.status === 200 ? true : "invalid_client",
      );
    // What the introspection has stored is also refused elsewhere, and the other way round.
    const machine = { grant_type: "client_credentials", resource: NOTES };
    expect(errorOf(await requestTokens(service, client, { ...machine, ...presented }))).toBe(
      "invalid_client",
    );
    const spent = await assertion();
    expect((await requestTokens(service, client, { ...machine, ...spent })).status).toBe(200);
    expect(errorOf(await introspect(spent))).toBe("invalid_client");
  });

  it.each([
    ["has other keys", "UPDATE oauth_clients SET jwks = '{\"keys\":[]}' WHERE id = ?"],
    ["has another method", "UPDATE oauth_clients SET auth_method = 'client_secret_post' WHERE id = ?"],
    ["is deleted", "DELETE FROM oauth_clients WHERE id = ?"],
  ])("introspects nothing once the client %s, though the isolate remembers its keys", async (_, change) => {
    const { client, assertion } = await createKeyClient(service);
    const introspect = async () =>
      postForm(service, "/oauth/introspect", { token: "unknown", ...(await assertion()) });
    expect((await introspect()).status).toBe(200);
    expect((await introspect()).status).toBe(200);
    await env.DB.prepare(change).bind(client.id).run();
    expect(errorOf(await introspect())).toBe("invalid_client");
    const used = "SELECT count(*) AS n FROM oauth_client_assertions WHERE client_id = ?";
    const isDeleted = change.startsWith("DELETE");
    expect(await env.DB.prepare(used).bind(client.id).first("n")).toBe(isDeleted ? 0 : 2);
  });

  it("of new keys introspects at once, and one of the old keys no more", async () => {
    const [{ client, assertion: byOldKey }, other] = [
      await createKeyClient(service),
      await createKeyClient(service),
    ];
    const introspect = (presented: Record<string, string>) =>
      postForm(service, "/oauth/introspect", { token: "unknown", client_id: client.id, ...presented });
    expect((await introspect(await byOldKey())).status).toBe(200);
    await env.DB.prepare("UPDATE oauth_clients SET jwks = ? WHERE id = ?")
      .bind(other.client.jwks, client.id)
      .run();
    expect(errorOf(await introspect(await byOldKey()))).toBe("invalid_client");
    const byNewKey = await other.assertion({ iss: client.id, sub: client.id });
    expect((await introspect(byNewKey)).status).toBe(200);
    expect(errorOf(await introspect(byNewKey))).toBe("invalid_client");
  });

  it("is used up by a request that is refused, too", async () => {
    const { client, assertion } = await createKeyClient(service);
    const wrong = await assertion();
    const code = await newCode(client);
    const refused = await redeem(service, client, { ...code, verifier: "x".repeat(43) }, wrong);
    expect(errorOf(refused)).toBe("invalid_grant");
    expect(errorOf(await redeem(service, client, code, wrong))).toBe("invalid_client");
    const early = await assertion();
    const unsupported = await requestTokens(service, client, { ...early, grant_type: "password" });
    expect(jsonOf(unsupported).error).toBe("unsupported_grant_type");
    const again = await requestTokens(service, client, { ...early, grant_type: "password" });
    expect(jsonOf(again).error).toBe("invalid_client");
    expect(errorOf(await redeem(service, client, code, early))).toBe("invalid_client");
    expect((await redeem(service, client, code, await assertion())).status).toBe(200);
  });
});
