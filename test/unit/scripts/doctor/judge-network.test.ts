import { describe, expect, it } from "vitest";
import { judgeMail } from "../../../../scripts/doctor/judge-mail.ts";
import {
  judgeOrigins,
  judgeService,
  registrableDomain,
  type ServiceFacts,
} from "../../../../scripts/doctor/judge-network.ts";
import { failures } from "./failed-findings.ts";

describe("judgeOrigins", () => {
  const facts = {
    publicUrl: "https://auth.example.com",
    allowedOrigins: ["https://app.example.com"],
    captcha: "turnstile",
  };
  it.each([
    [{}, []],
    [{ publicUrl: "http://localhost:8787", allowedOrigins: [] }, []],
    [{ publicUrl: "http://auth.example.com", allowedOrigins: [] }, ["fail __Host- cookies need https"]],
    [
      { allowedOrigins: ["https://app.example.com", "https://elsewhere.net"] },
      ["warn https://elsewhere.net is another site"],
    ],
    [{ allowedOrigins: ["http://app.example.com"] }, ["warn http://app.example.com is another site"]],
  ])("judges the origins %j", (part, expected) => {
    const messages = failures(judgeOrigins({ ...facts, ...part }));
    expect(messages).toEqual(expected.map((one) => expect.stringContaining(one)));
  });

  it.each([
    ["a.b.example.com", "example.com"],
    ["auth.example.co.uk", "example.co.uk"],
    ["gatehouse.ada.workers.dev", "ada.workers.dev"],
    ["localhost", "localhost"],
    ["10.0.0.1", "10.0.0.1"],
  ])("derives from the host %s the site %s", (hostname, site) =>
    expect(registrableDomain(hostname)).toBe(site),
  );
});

describe("judgeMail", () => {
  const dns = { domain: ["v=spf1 include:x -all"], dmarc: ["v=DMARC1; p=reject"] };
  const facts = { provider: "resend", domain: "mail.gatehouse.dev", dns };
  it.each([
    [{}, []],
    [{ provider: "mailbox" }, []],
    [{ dns: null }, []],
    [{ dns: { domain: "unreachable", dmarc: "unreachable" } as const }, []],
    [{ domain: "example.com" }, ["fail example.com is reserved (RFC 2606)"]],
    [{ dns: { ...dns, domain: ["google-site-verification=x"] } }, ["warn mail.gatehouse.dev has no SPF"]],
    [
      { dns: { ...dns, domain: ["v=spf1 -all", "v=spf1 ~all"] } },
      ["fail mail.gatehouse.dev has 2 SPF records"],
    ],
    [{ dns: { ...dns, dmarc: [] } }, ["warn mail.gatehouse.dev has no DMARC"]],
  ])("judges the mail facts %j", (part, expected) => {
    const messages = failures(judgeMail({ ...facts, ...part }));
    expect(messages).toEqual(expected.map((one) => expect.stringContaining(one)));
  });

  it("lists the records that it did not check", () => {
    const skipped = judgeMail({ ...facts, dns: { domain: "unreachable", dmarc: "unreachable" } });
    expect(
      skipped.filter(({ level }) => level === "skip").map(({ message }) => message.split(" ")[0]),
    ).toEqual(["SPF", "DMARC", "DKIM"]);
  });
});

describe("judgeService", () => {
  const facts: ServiceFacts = {
    origin: "https://auth.example.com",
    observed: { health: { status: 200 }, failing: [], keys: { status: 200, count: 2 } },
    announced: "https://auth.example.com",
    mailbox: 404,
    csrfCookie: "__Host-gh_csrf=x; Path=/; Secure; SameSite=Lax",
    hsts: true,
    clockAhead: 1,
  };
  it.each([
    [{}, []],
    [{ announced: "https://login.example.com" }, ["fail it is https://login.example.com"]],
    [{ announced: undefined }, ["fail https://auth.example.com/openapi.json names no server"]],
    [{ mailbox: 200 }, ["fail /dev/mailbox.json responds with 200"]],
    [{ hsts: false }, ["warn the response has no Strict-Transport-Security"]],
    [{ csrfCookie: undefined }, ["warn GET /api/auth/csrf-token sets none"]],
    [{ csrfCookie: "__Host-gh_csrf=x; Path=/; Secure; Domain=example.com" }, ["fail the cookie is not as"]],
    [{ csrfCookie: "gh_csrf=x; Path=/; Secure" }, ["fail the cookie is not as"]],
    [{ clockAhead: -90 }, ["warn this machine's clock differs by 90 s"]],
    [
      { observed: { health: { status: 503 }, failing: null, keys: null } },
      ["fail https://auth.example.com responds with 503"],
    ],
  ])("judges the public endpoints %j", (part, expected) => {
    const messages = failures(judgeService({ ...facts, ...part }));
    expect(messages).toEqual(expected.map((one) => expect.stringContaining(one)));
  });

  it("does not check https on this machine", () => {
    const origin = "http://localhost:8787";
    expect(
      failures(judgeService({ ...facts, origin, announced: origin, hsts: false, mailbox: 200 })),
    ).toEqual([]);
  });
});
