import { describe, expect, it } from "vitest";
import { isLoopbackOrigin, isPublicHost } from "../../../src/core/public-host.ts";
import { documentLifetime } from "../../../src/oauth/client-metadata/document-lifetime.ts";
import { type ClientMetadataPolicy, documentUrl } from "../../../src/oauth/client-metadata/document-url.ts";
import { readDocument } from "../../../src/oauth/client-metadata/read-document.ts";
import type { ClientLimits } from "../../../src/oauth/clients/rules.ts";

const publicUrl = "https://auth.gatehouse-service.com";
const open: ClientMetadataPolicy = { mode: "on", hosts: [] };
const isAllowed = (clientId: string, clientMetadata = open) =>
  documentUrl(clientId, { publicUrl, clientMetadata }) !== null;

describe("the URL of a metadata document", () => {
  it.each(["https://app.acme.com/client.json", "https://acme.com/oauth/client", "https://acme.com/c?v=1"])(
    "may be %s",
    (clientId) => {
      expect(isAllowed(clientId)).toBe(true);
    },
  );

  it.each([
    ["plain http", "http://app.acme.com/client.json"],
    ["another scheme", "ftp://app.acme.com/client.json"],
    ["no path", "https://app.acme.com"],
    ["an empty path", "https://app.acme.com/"],
    ["an IPv4 address", "https://203.0.113.7/client.json"],
    ["a private IPv4 address", "https://10.0.0.1/client.json"],
    ["the address of cloud metadata", "https://169.254.169.254/latest/meta-data"],
    ["a decimal IPv4 address", "https://2130706433/client.json"],
    ["a hexadecimal IPv4 address", "https://0x7f000001/client.json"],
    ["a short IPv4 address", "https://127.1/client.json"],
    ["an IPv6 address", "https://[2001:db8::1]/client.json"],
    ["a loopback IPv6 address", "https://[::1]/client.json"],
    ["an IPv4 address in IPv6", "https://[::ffff:127.0.0.1]/client.json"],
    ["localhost", "https://localhost/client.json"],
    ["a name below localhost", "https://app.localhost/client.json"],
    ["a name without a dot", "https://intranet/client.json"],
    ["a name of the local network", "https://printer.local/client.json"],
    ["an internal name", "https://metadata.google.internal/client.json"],
    ["a test name", "https://app.test/client.json"],
    ["an example name", "https://app.example/client.json"],
    ["an onion service", "https://app.onion/client.json"],
    ["a reverse name", "https://1.0.0.127.in-addr.arpa/client.json"],
    ["a trailing dot", "https://localhost./client.json"],
    ["a trailing dot of a public name", "https://app.acme.com./client.json"],
    ["a port", "https://app.acme.com:8443/client.json"],
    ["the default port", "https://app.acme.com:443/client.json"],
    ["userinfo", "https://user@app.acme.com/client.json"],
    ["an empty userinfo", "https://@app.acme.com/client.json"],
    ["a fragment", "https://app.acme.com/client.json#x"],
    ["an empty fragment", "https://app.acme.com/client.json#"],
    ["a dot segment", "https://app.acme.com/a/../client.json"],
    ["an encoded dot segment", "https://app.acme.com/a/%2e%2e/client.json"],
    ["a backslash", "https://app.acme.com\\@evil.com/client.json"],
    ["upper case", "https://APP.acme.com/client.json"],
    ["an encoded host", "https://app%2eacme.com/client.json"],
    ["full-width characters", "https://app。acme.com/client.json"],
    ["a tab", "https://app.acme.com/\tclient.json"],
    ["a space before it", " https://app.acme.com/client.json"],
    ["the service's own host", `${publicUrl}/client.json`],
    ["an endless URL", `https://app.acme.com/${"a".repeat(500)}`],
  ])("may not have %s", (_name, clientId) => {
    expect(isAllowed(clientId)).toBe(false);
  });

  it("needs a listed host, or no list, and is refused when documents are off", () => {
    const clientId = "https://app.acme.com/client.json";
    const verdict = (mode: ClientMetadataPolicy["mode"], ...hosts: string[]) =>
      isAllowed(clientId, { mode, hosts });
    expect([
      verdict("allowlist"),
      verdict("allowlist", "acme.com"),
      verdict("allowlist", "app.acme.com"),
      verdict("on"),
      verdict("off", "app.acme.com"),
    ]).toEqual([false, false, true, true, false]);
  });

  it("may be on this machine if it is listed with its port, by http alone", () => {
    const listed: ClientMetadataPolicy = { mode: "allowlist", hosts: ["127.0.0.1:4321"] };
    expect(isAllowed("http://127.0.0.1:4321/client.json", listed)).toBe(true);
    expect(isAllowed("https://127.0.0.1:4321/client.json", listed)).toBe(false);
    expect(isAllowed("http://127.0.0.1:4322/client.json", listed)).toBe(false);
    expect(isAllowed("http://127.0.0.1:4321/client.json", open)).toBe(false);
  });

  it("a public host has no IP address, no special-use name and no port", () => {
    expect(["acme.com", "a.b.acme.co.uk", "xn--bcher-kva.com"].filter(isPublicHost)).toHaveLength(3);
    expect(["acme", "acme.com:1", "acme.home", "-a.com", "a..com", "1.2.3.4"].filter(isPublicHost)).toEqual(
      [],
    );
    expect(["127.0.0.1:1", "localhost:80"].filter(isLoopbackOrigin)).toHaveLength(2);
    expect(["127.0.0.1", "10.0.0.1:1", "localhost:80/x"].filter(isLoopbackOrigin)).toEqual([]);
  });
});

describe("the lifetime of a metadata document", () => {
  const MINUTES = 60_000;
  it.each<[Record<string, string>, number]>([
    [{}, 60 * MINUTES],
    [{ "Cache-Control": "max-age=600" }, 10 * MINUTES],
    [{ "Cache-Control": "public, max-age=600, s-maxage=1200" }, 20 * MINUTES],
    [{ "Cache-Control": "max-age=900", Age: "300" }, 10 * MINUTES],
    [{ "Cache-Control": "max-age=0" }, 5 * MINUTES],
    [{ "Cache-Control": "no-store, max-age=9999" }, 5 * MINUTES],
    [{ "Cache-Control": "max-age=99999999" }, 24 * 60 * MINUTES],
    [{ Date: "Mon, 30 Nov 2026 15:00:00 GMT", Expires: "Mon, 30 Nov 2026 15:10:00 GMT" }, 10 * MINUTES],
    [{ Expires: "0" }, 5 * MINUTES],
  ])("with %j is %d ms", (headers, lifetime) => {
    expect(documentLifetime(new Headers(headers))).toBe(lifetime);
  });
});

describe("a metadata document", () => {
  const url = new URL("https://app.acme.com/client.json");
  const settings: ClientLimits = {
    publicUrl,
    resources: [
      { uri: "https://mcp.acme.com", alias: null, scopes: { "tools:use": "" }, allowsDynamicClients: true },
      { uri: "https://api.acme.com", alias: null, scopes: { "api:read": "" } },
    ],
    accessTokenTtl: 900,
    refreshIdleTtl: 3600,
    refreshMaxTtl: 7200,
  };
  const keys = { keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b" }] };
  const valid = {
    client_id: url.href,
    client_name: "Acme",
    redirect_uris: ["http://127.0.0.1/done", "https://app.acme.com/done"],
  };
  const read = (json: unknown) => readDocument(json, { url, settings, now: 1, expiresAt: 2 });

  it("describes a public client that may request resources for dynamic clients, and is never first-party", () => {
    const result = read({
      ...valid,
      is_first_party: true,
      isFirstParty: true,
      scope: "openid tools:use api:read",
    });
    expect(result.ok && result.value).toMatchObject({
      id: url.href,
      name: "Acme",
      type: "public",
      authMethod: "none",
      grantTypes: ["authorization_code", "refresh_token"],
      resources: ["https://mcp.acme.com"],
      scopes: ["openid", "tools:use"],
      isFirstParty: false,
      source: "metadata",
      metadataExpiresAt: 2,
    });
  });

  it("may authenticate by keys of its own host", () => {
    const byKeys = { ...valid, token_endpoint_auth_method: "private_key_jwt" };
    expect(read({ ...byKeys, jwks: keys }).ok).toBe(true);
    expect(read({ ...byKeys, jwks_uri: "https://app.acme.com/jwks" }).ok).toBe(true);
    expect(read({ ...byKeys, jwks_uri: "https://keys.acme.com/jwks" }).ok).toBe(false);
    expect(read(byKeys).ok).toBe(false);
  });

  it.each<[string, unknown]>([
    ["no object", null],
    ["a list", []],
    ["no client_id", { ...valid, client_id: undefined }],
    ["the client_id of another document", { ...valid, client_id: "https://app.acme.com/other.json" }],
    ["a client_id that is no text", { ...valid, client_id: [url.href] }],
    ["no redirect URIs", { ...valid, redirect_uris: undefined }],
    ["an empty list of redirect URIs", { ...valid, redirect_uris: [] }],
    ["an invalid redirect URI", { ...valid, redirect_uris: ["http://app.acme.com/done"] }],
    ["a redirect URI of the service", { ...valid, redirect_uris: [`${publicUrl}/account`] }],
    ["a secret", { ...valid, client_secret: "s" }],
    ["an authentication by secret", { ...valid, token_endpoint_auth_method: "client_secret_basic" }],
    ["client credentials alone", { ...valid, grant_types: ["client_credentials"] }],
    ["another response type alone", { ...valid, response_types: ["token"] }],
    ["an endless name", { ...valid, client_name: "a".repeat(101) }],
  ])("with %s is refused", (_name, json) => {
    expect(read(json).ok).toBe(false);
  });
});
