import { env } from "cloudflare:workers";
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { verifyIdTokenHint } from "../../../src/oauth/id-token.ts";
import { createKeyRing, emptyKeyCache } from "../../../src/sessions/signing-keys/key-ring.ts";
import { signingKeyStore } from "../../../src/sessions/signing-keys/store.ts";
import {
  authorizeClient,
  createClient,
  familyOf,
  ISSUER,
  RESOURCE_VARIABLES,
  type TestClient,
} from "../../support/oauth.ts";
import { startService } from "../../support/service.ts";

const service = startService({ env: RESOURCE_VARIABLES });
let client: TestClient;
let tokens: Awaited<ReturnType<typeof authorizeClient>>;

async function verify(token: string, issuer = ISSUER) {
  const secrets = await createSecretRing(Reflect.get(env, "AUTH_SECRET"));
  const signingKeys = signingKeyStore(openDatabase(env.DB, newMeter()));
  const keyRing = createKeyRing({ signingKeys, secrets, clock: service.clock, cache: emptyKeyCache() });
  return verifyIdTokenHint({ keyRing, settings: { publicUrl: issuer } }, token);
}

beforeAll(async () => {
  client = await createClient(service);
  tokens = await authorizeClient(service, client);
});

describe("an ID token as a hint", () => {
  it("names client, account and session, also after it has expired", async () => {
    const hint = {
      ...{ clientId: client.id, accountId: tokens.user.accountId, sessionId: familyOf(tokens.access_token) },
      expiresAt: decodeJwt(tokens.id_token).exp,
    };
    expect(await verify(tokens.id_token)).toEqual(hint);
    service.clock.advance(3_600_000);
    expect(await verify(tokens.id_token)).toEqual(hint);
  });

  it("is an ES256 token of a client that is registered for it", async () => {
    const other = await createClient(service, { idTokenAlg: "ES256" });
    const { id_token: token } = await authorizeClient(service, other);
    expect(await verify(token)).toMatchObject({ clientId: other.id });
  });

  it("is no other token of this service, and none of another issuer or key", async () => {
    const header = decodeProtectedHeader(tokens.id_token);
    const claims = decodeJwt(tokens.id_token);
    const hmac = new SignJWT(claims).setProtectedHeader({ ...header, alg: "HS256" }).sign(new Uint8Array(32));
    for (const [name, token] of Object.entries({
      access: tokens.access_token,
      refresh: tokens.refresh_token,
      own: tokens.user.token,
      changed: `${tokens.id_token.slice(0, -4)}AAAA`,
      hmac: await hmac,
      unsecured: new UnsecuredJWT(claims).encode(),
      text: "nothing",
      empty: "",
    }))
      expect([name, await verify(token)]).toEqual([name, null]);
    expect(await verify(tokens.id_token, "https://evil.example")).toBeNull();
  });
});
