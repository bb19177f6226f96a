import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { onTestFinished } from "vitest";

type Key = { readonly kid: string; readonly privateKey: CryptoKey; readonly publicJwk: object };

/** An issuer on loopback at a new URL. `answerWith` replaces its response. */
export async function openIssuer() {
  const keys: Key[] = [];
  let requests = 0;
  const giveKeys: RequestListener = (_request, response) => {
    response.end(JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }));
  };
  let answer = giveKeys;
  const server = createServer((request, response) => {
    requests += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const addKey = async (kid: string) => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const publicJwk = { ...(await exportJWK(pair.publicKey)), kid, alg: "ES256", use: "sig" };
    keys.push({ kid, privateKey: pair.privateKey, publicJwk });
  };
  await addKey("first");
  const keyOf = (kid: string) => {
    const key = keys.find((candidate) => candidate.kid === kid);
    if (!key) throw new Error(`no key ${kid}`);
    return key.privateKey;
  };
  return {
    url,
    addKey,
    requests: () => requests,
    /** Replaces the response; without an argument, the issuer serves its keys again. */
    answerWith: (listener: RequestListener = giveKeys) => {
      answer = listener;
    },
    /** A valid token signed with the key `by`, with `kid` in its header. */
    token: (kid = "first", by = kid) =>
      new SignJWT({
        sid: "s",
        role: "admin",
        email: "a@example.com",
        email_verified: true,
        name: "A",
        amr: ["pwd"],
        acr: "urn:gatehouse:acr:1fa",
        auth_time: 0,
        client_id: "gatehouse",
      })
        .setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt" })
        .setIssuer(url)
        .setAudience("web")
        .setSubject("u")
        .setJti("j")
        .setIssuedAt()
        .setExpirationTime("1 day")
        .sign(keyOf(by)),
    /** A token with these claims exactly. An undefined claim is left out. */
    sign: (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "ES256", kid: "first", typ: "at+jwt", ...header })
        .sign(keyOf("first")),
  };
}
