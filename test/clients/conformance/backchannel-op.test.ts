import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { waitFor } from "../../../scripts/shared/wait-for.ts";
import { SIGNED_OUT_URI } from "../support/register-client.ts";
import { newUser, type User } from "../support/users.ts";
import { endpoint, openRelyingParty } from "./relying-party.ts";

// The modules of the plan "oidcc-backchannel-rp-initiated-logout-certification-test-plan" (Back-Channel OP) of the OpenID
// conformance suite, by name.

type Received = { readonly url: string; readonly contentType: string; readonly token: string };

let user: User;
const received: Received[] = [];
const receiver = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  const token = new URLSearchParams(body).get("logout_token") ?? "";
  received.push({ url: request.url ?? "", contentType: request.headers["content-type"] ?? "", token });
  response.writeHead(204).end();
});
let receiverUrl: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, "localhost", resolve));
  receiverUrl = `http://localhost:${(receiver.address() as AddressInfo).port}`;
  user = await newUser();
});
afterAll(() => {
  receiver.closeAllConnections();
  receiver.close();
});

const noticeTo = (path: string): Promise<Received> =>
  waitFor(`a logout token at ${path}`, () => received.find(({ url }) => url === path));

async function verifyLogoutToken(token: string, clientId: string) {
  const keys = createRemoteJWKSet(new URL(endpoint("/.well-known/jwks.json")));
  return jwtVerify(token, keys, {
    issuer: inject("clientsService").issuer,
    audience: clientId,
    typ: "logout+jwt",
    requiredClaims: ["iat", "exp", "jti", "events", "sid"],
  });
}

it("oidcc-backchannel-logout-discovery-endpoint-verification", async () => {
  const metadata = (await (await fetch(endpoint("/.well-known/openid-configuration"))).json()) as object;
  expect(metadata).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
});

describe("oidcc-backchannel-rp-initiated-logout", () => {
  it("sends a valid logout token for the session of the ID token", async () => {
    const path = `/logout/${crypto.randomUUID()}`;
    const party = await openRelyingParty(user, { backchannelLogoutUri: receiverUrl + path });
    const { idToken, claims, refreshToken } = await party.signIn();
    await party.agent.open(
      `${endpoint("/oauth/logout")}?${new URLSearchParams({
        id_token_hint: idToken,
        post_logout_redirect_uri: SIGNED_OUT_URI,
      })}`,
    );
    const { contentType, token } = await noticeTo(path);
    expect(contentType).toContain("application/x-www-form-urlencoded");
    const { payload } = await verifyLogoutToken(token, party.client.id);
    expect(payload).toMatchObject({
      sub: user.id,
      sid: claims.sid,
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    expect(payload).not.toHaveProperty("nonce");
    expect((await party.refresh(refreshToken)).body.error).toBe("invalid_grant");
  });

  it("tells each client of the browser session, for its own session", async () => {
    const paths = [1, 2].map((n) => `/logout/${n}-${crypto.randomUUID()}`);
    const first = await openRelyingParty(user, { backchannelLogoutUri: receiverUrl + paths[0] });
    const { idToken, claims } = await first.signIn();
    const second = await openRelyingParty(user, { backchannelLogoutUri: receiverUrl + paths[1] });
    const { url } = await first.agent.authorize(second.authorizationUrl(), user);
    const answer = await second.redeem(second.codeOf(url));
    const { id_token = "", access_token = "" } = answer.body;
    const secondClaims = await second.validateIdToken(id_token, access_token, second.nonce);
    await first.agent.open(`${endpoint("/oauth/logout")}?${new URLSearchParams({ id_token_hint: idToken })}`);
    const notices = await Promise.all(paths.map(noticeTo));
    const sids = await Promise.all(
      notices.map(async ({ token }, index) => {
        const { id } = [first, second][index]?.client ?? { id: "" };
        return (await verifyLogoutToken(token, id)).payload.sid;
      }),
    );
    expect(sids).toEqual([claims.sid, secondClaims.sid]);
    expect(claims.sid).not.toBe(secondClaims.sid);
  });

  it("a logout token is no ID token, and no access token", async () => {
    const path = `/logout/${crypto.randomUUID()}`;
    const party = await openRelyingParty(user, { backchannelLogoutUri: receiverUrl + path });
    const { idToken } = await party.signIn();
    await party.agent.open(`${endpoint("/oauth/logout")}?${new URLSearchParams({ id_token_hint: idToken })}`);
    const { token } = await noticeTo(path);
    const userinfo = await fetch(endpoint("/oauth/userinfo"), {
      headers: { Authorization: `Bearer ${token}` },
    });
    const hint = await party.agent.open(
      `${endpoint("/oauth/logout")}?${new URLSearchParams({ id_token_hint: token })}`,
    );
    expect([userinfo.status, hint.status]).toEqual([401, 400]);
  });
});
