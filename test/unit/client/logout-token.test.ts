import { describe, expect, it } from "vitest";
import { verifyLogoutToken } from "../../../src/client/oauth/logout-token.ts";
import { openIssuer } from "./issuer.ts";

// OpenID Connect Back-Channel Logout 1.0 §2.6, rule by rule.

const EVENTS = { "http://schemas.openid.net/event/backchannel-logout": {} };
const now = () => Math.floor(Date.now() / 1000);

async function open() {
  const issuer = await openIssuer();
  const verify = async (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) => {
    const all = {
      iss: issuer.url,
      aud: "notes",
      iat: now(),
      exp: now() + 120,
      jti: "j",
      events: EVENTS,
      sid: "s",
      sub: "u",
      ...claims,
    };
    const token = await issuer.sign(all, { typ: "logout+jwt", ...header });
    return verifyLogoutToken({ issuer: issuer.url, clientId: "notes" }, token);
  };
  return { issuer, verify };
}

describe("verifyLogoutToken", () => {
  it("returns the session and the user", async () => {
    const { verify } = await open();
    expect(await verify()).toEqual({ ok: true, event: { sessionId: "s", userId: "u" } });
    expect(await verify({ sub: undefined })).toEqual({ ok: true, event: { sessionId: "s" } });
    expect(await verify({ sid: undefined })).toEqual({ ok: true, event: { userId: "u" } });
  });

  it.each<[string, Record<string, unknown>]>([
    ["another audience", { aud: "other" }],
    ["another issuer", { iss: "https://evil.example.com" }],
    ["no audience", { aud: undefined }],
    ["an expiry in the past", { exp: now() - 60 }],
    ["no expiry", { exp: undefined }],
    ["an old date", { iat: now() - 600 }],
    ["no date", { iat: undefined }],
    ["no jti", { jti: undefined }],
    ["a nonce", { nonce: "n" }],
    ["no events", { events: undefined }],
    ["another event", { events: { "urn:other": {} } }],
    ["events that are no object", { events: "http://schemas.openid.net/event/backchannel-logout" }],
    ["neither session nor user", { sid: undefined, sub: undefined }],
  ])("refuses a token with %s", async (_name, claims) => {
    const { verify } = await open();
    expect(await verify(claims)).toEqual({ ok: false, reason: "invalid" });
  });

  it.each(["JWT", "at+jwt", undefined])("refuses a token of the type %s", async (typ) => {
    const { verify } = await open();
    expect(await verify({}, { typ })).toEqual({ ok: false, reason: "invalid" });
  });

  it("reports an outage of the key set", async () => {
    const { issuer, verify } = await open();
    issuer.answerWith((_request, response) => void response.writeHead(500).end());
    expect(await verify()).toEqual({ ok: false, reason: "unavailable" });
  });
});
