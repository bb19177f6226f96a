import { describe, expect, inject, it } from "vitest";
import { hashOneTimeToken, newOneTimeToken } from "../../../../src/core/crypto/one-time-token.ts";
import { continuedUrl } from "../../../support/authorization-requests.ts";
import { CALLBACK, RESOURCES } from "../../../support/client-administration.ts";
import { openLoopback } from "../../../support/loopback/loopback.ts";
import { jsonOf, postForm } from "../../../support/oauth.ts";
import { headingOf, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const host = new URL(inject("loopbackUrl")).host;
const service = startService({ env: { RESOURCES, CLIENT_METADATA_HOSTS: host } });

/** A client that no request has named yet. */
async function openClient() {
  const loopback = openLoopback();
  const clientId = `${loopback.url}/client.json`;
  const document = { client_id: clientId, client_name: "Tool", redirect_uris: [CALLBACK] };
  const headers = { "Content-Type": "application/json" };
  await loopback.answer({ kind: "respond", status: 200, headers, body: JSON.stringify(document) });
  return { clientId, requests: loopback.requests };
}

async function requestOf(clientId: string) {
  const verifier = newOneTimeToken();
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope: "tools:use",
    code_challenge: await hashOneTimeToken(verifier),
    code_challenge_method: "S256",
  });
  return { verifier, path: `/oauth/authorize?${query}`, form: Object.fromEntries(query) };
}

describe("a client with a metadata document", () => {
  it("is unknown to the service before its user authorizes it, and then gets tokens", async () => {
    const { clientId, requests } = await openClient();
    const { verifier, path } = await requestOf(clientId);
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const page = await browser.visit(path);
    expect(headingOf(page)).toBe("Allow access");
    const callback = new URL(continuedUrl(await browser.submit(page, {}, "allow")));
    const tokens = await postForm(service, "/oauth/token", {
      grant_type: "authorization_code",
      client_id: clientId,
      code: callback.searchParams.get("code") ?? "",
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    });
    expect([tokens.status, jsonOf(tokens).scope]).toEqual([200, "tools:use"]);
    expect(await requests()).toHaveLength(1);
  });

  it("pushes its first request", async () => {
    const { clientId } = await openClient();
    expect((await postForm(service, "/oauth/par", (await requestOf(clientId)).form)).status).toBe(201);
  });

  it("is unknown once the configuration excludes its host, also at the token endpoint", async () => {
    const { clientId } = await openClient();
    const { path, form } = await requestOf(clientId);
    expect((await postForm(service, "/oauth/par", form)).status).toBe(201);
    const without = startService({ env: { RESOURCES, CLIENT_METADATA_DOCUMENTS: "off" } });
    expect((await without.call("GET", path, undefined, undefined, { Accept: "text/html" })).status).toBe(400);
    for (const endpoint of ["/oauth/par", "/oauth/token", "/oauth/revoke"])
      expect(jsonOf(await postForm(without, endpoint, form)).error).toBe("invalid_client");
  });
});

describe("withdrawn clients", () => {
  it("get no tokens once the configuration lists their host no more", async () => {
    const { clientId } = await openClient();
    const { verifier, path } = await requestOf(clientId);
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const page = await browser.submit(await browser.visit(path), {}, "allow");
    const code = new URL(continuedUrl(page)).searchParams.get("code") ?? "";
    const redemption = {
      ...{ grant_type: "authorization_code", client_id: clientId, code },
      ...{ redirect_uri: CALLBACK, code_verifier: verifier },
    };
    const without = startService({ env: { RESOURCES, CLIENT_METADATA_HOSTS: "other.example.com" } });
    expect(jsonOf(await postForm(without, "/oauth/token", redemption)).error).toBe("invalid_client");
    const { refresh_token } = jsonOf(await postForm(service, "/oauth/token", redemption));
    const refresh = {
      ...{ grant_type: "refresh_token", client_id: clientId },
      refresh_token: String(refresh_token),
    };
    expect(jsonOf(await postForm(without, "/oauth/token", refresh)).error).toBe("invalid_client");
    // Nothing was spent.
    expect((await postForm(service, "/oauth/token", refresh)).status).toBe(200);
  });

  it("are unknown to the logout endpoint, too, and their document is read again once it has expired", async () => {
    const { clientId, requests } = await openClient();
    const query = new URLSearchParams({ client_id: clientId });
    const logout = (of = service) =>
      of.call("GET", `/oauth/logout?${query}`, undefined, undefined, { Accept: "text/html" });
    expect((await logout()).status).toBe(400);
    expect(await requests()).toHaveLength(0);
    expect((await postForm(service, "/oauth/par", (await requestOf(clientId)).form)).status).toBe(201);
    expect((await logout()).status).toBe(200);
    service.clock.advance(24 * 3_600_000);
    expect((await logout()).status).toBe(200);
    expect(await requests()).toHaveLength(2);
    const without = startService({ env: { RESOURCES, CLIENT_METADATA_DOCUMENTS: "off" } });
    expect((await logout(without)).status).toBe(400);
  });
});

describe("the discovery document", () => {
  it.each([
    [{}, {}],
    [{ CLIENT_METADATA_DOCUMENTS: "on" }, { client_id_metadata_document_supported: true }],
    [{ CLIENT_METADATA_HOSTS: host }, { client_id_metadata_document_supported: true }],
    [{ CLIENT_METADATA_HOSTS: host, CLIENT_METADATA_DOCUMENTS: "off" }, {}],
    [{ CLIENT_REGISTRATION: "on" }, { registration_endpoint: "http://gatehouse.test/oauth/register" }],
  ])("states how a client may identify itself: %o", async (env, expected) => {
    const answer = await startService({ env }).call("GET", "/.well-known/openid-configuration");
    const { client_id_metadata_document_supported, registration_endpoint } = jsonOf(answer);
    // An undefined member is not in the JSON.
    expect(JSON.stringify({ client_id_metadata_document_supported, registration_endpoint })).toBe(
      JSON.stringify(expected),
    );
  });
});
