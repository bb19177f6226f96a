import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { returnFromProvider } from "../../../support/social/browser-flow.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { basicCredentials, CLIENT } from "../../../support/social/provider-client.ts";
import { newAddress } from "../../../support/users.ts";

const BASIC = "client_secret_basic";
const POST = "client_secret_post";

/** Signs in at an OpenID provider that supports these methods. Returns the credentials of the token request. */
async function signInAt(methods: readonly string[] | undefined, variables = {}, provider = "oidc") {
  const document = () => ({ token_endpoint_auth_methods_supported: methods });
  const issuer = await openForgedIssuer({ provider, document });
  const service = startService({ env: { ...issuer.variables, ...variables } });
  const { browser, path, nonce } = await issuer.startRedirect(service);
  await issuer.answer(issuer.tokens(await issuer.sign({ nonce, email: newAddress() })), issuer.keySet);
  const answer = await returnFromProvider(browser, path);
  const request = (await issuer.requests()).find(({ path: requested }) => requested === "/token");
  const form = new URLSearchParams(request?.body);
  return {
    answer,
    service,
    request,
    header: basicCredentials(request),
    body: [form.get("client_id"), form.get("client_secret")],
  };
}

describe("client authentication at an OpenID provider", () => {
  // Fault 2: the secret was always in the body.
  it.each([
    ["only client_secret_basic", [BASIC]],
    ["both methods", [POST, BASIC]],
    // OpenID Connect Discovery 1.0 §3.
    ["no method, for which client_secret_basic is the default", undefined],
  ])("sends the secret in the header to a provider that lists %s", async (_list, methods) => {
    const { answer, header, body } = await signInAt(methods);
    expect(answer.status).toBe(302);
    expect([header, body]).toEqual([
      [CLIENT.id, CLIENT.secret],
      [null, null],
    ]);
  });

  it("sends the secret in the body to a provider that lists only client_secret_post", async () => {
    const { answer, header, body } = await signInAt([POST]);
    expect(answer.status).toBe(302);
    expect([header, body]).toEqual([null, [CLIENT.id, CLIENT.secret]]);
  });

  it("sends the secret in the body with SOCIAL_OIDC_CLIENT_AUTH=client_secret_post", async () => {
    const { header, body } = await signInAt([BASIC, POST], { SOCIAL_OIDC_CLIENT_AUTH: POST });
    expect([header, body]).toEqual([null, [CLIENT.id, CLIENT.secret]]);
  });

  it("sends no secret to a provider that supports neither method, and reports it as unavailable", async () => {
    const { answer, service, request } = await signInAt(["private_key_jwt"]);
    expectErrorResponse(answer, 503, "unavailable");
    expect(service.log.at(-1)?.providerErrors).toEqual(["oidc: bad_answer"]);
    expect(request).toBeUndefined();
  });

  it("sends the secret of Google in the body, as Google documents it", async () => {
    const { answer, header, body } = await signInAt([POST, BASIC], {}, "google");
    expect(answer.status).toBe(302);
    expect([header, body]).toEqual([null, [CLIENT.id, CLIENT.secret]]);
  });
});
