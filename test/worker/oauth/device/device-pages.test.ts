import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  createDeviceClient,
  decide,
  deviceRows,
  enterCode,
  pollDevice,
  startDevice,
} from "../../../support/devices.ts";
import { errorOf, NOTES, RESOURCE_VARIABLES, tokensOf } from "../../../support/oauth.ts";
import { formsIn, headingOf, linkOn, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { ...RESOURCE_VARIABLES, CLIENT_REGISTRATION: "on" } });

async function signedIn(of = service) {
  const { email } = await registerVerifiedUser(of);
  return { email, browser: await signedInPageBrowser(of, email) };
}

describe("the page that takes the code", () => {
  it("asks for a sign-in first, and leads back to it with the code of the link", async () => {
    const { email } = await registerVerifiedUser(service);
    const device = await startDevice(service, await createDeviceClient(service));
    const browser = openPageBrowser(service);
    const signIn = await browser.visit(device.verification_uri_complete);
    expect(headingOf(signIn)).toBe("Sign in");
    const page = await browser.submit(signIn, { email, password: PASSWORD });
    expect(page.path).toContain("/device?user_code=");
    expect(formsIn(page).find(({ values }) => "userCode" in values)?.values.userCode).toBe(device.user_code);
  });

  it.each([
    ["as it is shown", (code: string) => code],
    ["in lower case", (code: string) => code.toLowerCase()],
    ["without the dash", (code: string) => code.replace("-", "")],
    ["with spaces", (code: string) => ` ${code.replace("-", " ")} `],
  ])("takes the code %s", async (_, type) => {
    const { browser } = await signedIn();
    const device = await startDevice(service, await createDeviceClient(service));
    const page = await enterCode(browser, type(device.user_code));
    expect(headingOf(page)).toBe("Allow this device?");
  });

  it("refuses a text that is no code, and an unknown code, on the same page", async () => {
    const { browser } = await signedIn();
    for (const [typed, text] of [
      ["ABC", "A code has eight letters"],
      ["BCDF-GHJK", "No device waits with this code"],
    ] as const) {
      const page = await enterCode(browser, typed);
      expect([page.status, page.path]).toEqual([400, "/device"]);
      expect(page.text).toContain(text);
      expect(page.text).not.toContain(typed);
    }
  });

  it("says nothing by GET about whether a code is valid", async () => {
    const { browser } = await signedIn();
    const device = await startDevice(service, await createDeviceClient(service));
    const pageOf = async (code: string) => {
      const { status, text } = await browser.visit(`/device?user_code=${code}`);
      return { status, length: text.replaceAll(code, "").length };
    };
    expect(await pageOf(device.user_code)).toEqual(await pageOf("BCDF-GHJK"));
    expect(service.log.at(-1)?.d1).toBe(1);
  });

  it("shows no valid code of an expired, decided or used request", async () => {
    const own = startService({ env: RESOURCE_VARIABLES, clock: createTestClock() });
    const client = await createDeviceClient(own);
    const { browser } = await signedIn(own);
    const denied = await startDevice(own, client);
    await decide(browser, denied, "deny");
    expect((await enterCode(browser, denied.user_code)).text).toContain("No device waits");
    const expired = await startDevice(own, client);
    own.clock.advance(600_000);
    expect((await enterCode(browser, expired.user_code)).text).toContain("No device waits");
  });
});

describe("guesses of codes", () => {
  it("are limited to ten wrong ones per account and hour, also in parallel", async () => {
    const own = startService({ env: RESOURCE_VARIABLES, clock: createTestClock() });
    const { browser } = await signedIn(own);
    const device = await startDevice(own, await createDeviceClient(own));
    const page = await browser.visit("/device");
    const guess = (index: number) => `BCDFGHJ${"BCDFGHJKLMNPQRSTVWXZ".charAt(index)}`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => browser.press(page, { userCode: guess(index) })),
    );
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(10);
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(10);
    expect(Number(limited[0]?.headers.get("Retry-After"))).toBe(3600);
    // The right code is refused like a wrong one, and another session of the account, too.
    expect((await browser.press(page, { userCode: device.user_code })).status).toBe(429);
    const client = await createDeviceClient(own);
    own.clock.advance(3_600_000);
    const next = await startDevice(own, client);
    expect(headingOf(await enterCode(browser, next.user_code))).toBe("Allow this device?");
  });

  it("of another account have a count of their own, and right codes are not counted", async () => {
    const { browser } = await signedIn();
    const client = await createDeviceClient(service);
    for (let codes = 0; codes < 12; codes++) {
      const { user_code } = await startDevice(service, client);
      expect(headingOf(await enterCode(browser, user_code))).toBe("Allow this device?");
    }
    for (let wrong = 0; wrong < 10; wrong++) await enterCode(browser, "BCDF-GHJK");
    const { user_code } = await startDevice(service, client);
    expect((await enterCode(browser, user_code)).status).toBe(429);
    const other = await signedIn();
    expect(headingOf(await enterCode(other.browser, user_code))).toBe("Allow this device?");
  });

  it("are not forgotten with a right code", async () => {
    const { browser } = await signedIn();
    const client = await createDeviceClient(service);
    for (let wrong = 0; wrong < 9; wrong++) await enterCode(browser, "BCDF-GHJK");
    await decide(browser, await startDevice(service, client));
    await enterCode(browser, "BCDF-GHJK");
    expect((await enterCode(browser, "BCDF-GHJK")).status).toBe(429);
  });

  it("are limited per network of the client, for all its accounts together", async () => {
    const limited = startService({
      env: { ...RESOURCE_VARIABLES, RATE_LIMITS: '{"user-code":{"limit":15}}', BURST: undefined },
    });
    const guessFrom = async (ip: string) => {
      const { browser } = await signedIn(limited);
      const page = await browser.visit("/device");
      const [form] = formsIn(page).filter(({ values }) => "userCode" in values);
      const statuses: number[] = [];
      for (let wrong = 0; wrong < 10; wrong++) {
        const body = new URLSearchParams({ ...form?.values, userCode: "BCDF-GHJK" });
        const headers = { Origin: "null", "Sec-Fetch-Site": "same-origin", "CF-Connecting-IP": ip };
        statuses.push((await browser.send("POST", "/device", body, headers)).status);
      }
      return statuses.filter((status) => status === 400).length;
    };
    expect(await guessFrom("203.0.113.7")).toBe(10);
    expect(await guessFrom("203.0.113.7")).toBe(5);
    expect(await guessFrom("203.0.113.7")).toBe(0);
    expect(await guessFrom("203.0.113.8")).toBe(10);
  });
});

describe("the page that asks for consent", () => {
  it("names the client, its host, what it may do, the account and the code", async () => {
    const { email, browser } = await signedIn();
    const client = await createDeviceClient(service, { name: "Living room <TV>" });
    const form = { resource: NOTES, scope: "openid notes:read offline_access" };
    const { user_code } = await startDevice(service, client, form);
    const { text } = await enterCode(browser, user_code.toLowerCase());
    for (const shown of [
      "Living room &lt;TV&gt;",
      "tv.example.com",
      "Sign you in with your account",
      "Read your notes",
      "Keep its access after you sign out",
      email,
      user_code,
    ])
      expect(text).toContain(shown);
  });

  it("names no host of a client that has registered itself", async () => {
    const { browser } = await signedIn();
    const client = await createDeviceClient(service, { source: "registration" });
    const { text } = await enterCode(browser, (await startDevice(service, client)).user_code);
    expect(text).toContain("TV-3000");
    expect(text).not.toContain("tv.example.com");
  });

  it("leads to another account by signing out", async () => {
    const { browser } = await signedIn();
    const { user_code } = await startDevice(service, await createDeviceClient(service));
    const asked = await enterCode(browser, user_code);
    const signOut = await browser.visit(linkOn(asked, "/sign-out?"));
    expect(linkOn(signOut, "/device/confirm?")).toContain(user_code);
    expect(headingOf(await browser.submit(signOut))).toBe("Sign in");
  });

  it("asks each time, for a first-party client and after an earlier consent too", async () => {
    const { browser } = await signedIn();
    const client = await createDeviceClient(service, { isFirstParty: true });
    for (let times = 0; times < 2; times++) {
      const device = await startDevice(service, client);
      const asked = await browser.submit(await browser.visit(device.verification_uri_complete), {});
      expect(headingOf(asked)).toBe("Allow this device?");
      expect(errorOf(await pollDevice(service, client, device))).toBe("authorization_pending");
      await browser.press(asked, {}, "allow");
      tokensOf(await pollDevice(service, client, device));
    }
    const grants = await env.DB.prepare("SELECT scope FROM oauth_grants WHERE client_id = ?")
      .bind(client.id)
      .all();
    expect(grants.results).toHaveLength(1);
  });

  it("adds the scopes of a later consent to those of an earlier one, and gives a device its own only", async () => {
    const { browser } = await signedIn();
    const client = await createDeviceClient(service);
    await decide(browser, await startDevice(service, client, { resource: NOTES, scope: "notes:write" }));
    const device = await startDevice(service, client, { resource: NOTES, scope: "notes:read" });
    await decide(browser, device);
    const scope = await env.DB.prepare("SELECT scope FROM oauth_grants WHERE client_id = ?")
      .bind(client.id)
      .first("scope");
    expect(scope).toBe("notes:read notes:write");
    expect(tokensOf(await pollDevice(service, client, device)).scope).toBe("notes:read");
  });

  it("records who decided, once, and in which session", async () => {
    const { email, browser } = await signedIn();
    const client = await createDeviceClient(service);
    const asked = await enterCode(browser, (await startDevice(service, client)).user_code);
    const answers = await Promise.all([
      browser.press(asked, {}, "allow"),
      browser.press(asked, {}, "allow"),
      browser.press(asked, {}, "deny"),
    ]);
    expect(answers.filter((answer) => answer.headers.get("Location") === "/account")).toHaveLength(1);
    const accountId = await accountIdOf(email);
    expect(await deviceRows(client)).toMatchObject([{ account_id: accountId }]);
    const events = await env.DB.prepare(
      "SELECT type, details FROM audit_events WHERE account_id = ? AND type LIKE 'device_%'",
    )
      .bind(accountId)
      .all();
    expect(events.results).toHaveLength(1);
  });

  it("says what became of the request", async () => {
    const { browser } = await signedIn();
    const client = await createDeviceClient(service);
    for (const [act, notice] of [
      ["allow", "Your device now has access."],
      ["deny", "The device got no access."],
    ] as const) {
      const asked = await enterCode(browser, (await startDevice(service, client)).user_code);
      expect((await browser.submit(asked, {}, act)).text).toContain(notice);
    }
  });

  it("opens only for the session that has entered the code", async () => {
    const [first, second] = [await signedIn(), await signedIn()];
    const { user_code } = await startDevice(service, await createDeviceClient(service));
    const asked = await enterCode(first.browser, user_code);
    const elsewhere = await second.browser.visit(asked.path);
    expect(headingOf(elsewhere)).toBe("Connect a device");
    const forged = `/device/confirm?user_code=${user_code}&proof=${"A".repeat(43)}`;
    expect(headingOf(await first.browser.visit(forged))).toBe("Connect a device");
    expect(headingOf(await first.browser.visit(`/device/confirm?user_code=${user_code}`))).toBe(
      "Connect a device",
    );
  });

  it("changes nothing without the CSRF token of the session", async () => {
    const { browser } = await signedIn();
    const client = await createDeviceClient(service);
    const asked = await enterCode(browser, (await startDevice(service, client)).user_code);
    const form = formsIn(asked).find(({ values }) => values.act === "allow");
    for (const csrf of ["", "1.a.b", form?.values.csrf?.slice(0, -1) ?? ""])
      expect((await browser.post(asked.path, { act: "allow", csrf })).status).toBe(403);
    const body = new URLSearchParams(form?.values);
    const headers = { Origin: "https://evil.example.com", "Sec-Fetch-Site": "cross-site" };
    expect((await browser.send("POST", asked.path, body, headers)).status).toBe(403);
    expect(await deviceRows(client)).toMatchObject([{ state: "pending", account_id: null }]);
  });

  it("changes nothing once the session has ended, or with an access token alone", async () => {
    const client = await createDeviceClient(service);
    const { browser, email } = await signedIn();
    const asked = await enterCode(browser, (await startDevice(service, client)).user_code);
    const stolen = openPageBrowser(service);
    for (const [name, value] of browser.jar) if (!/refresh/.test(name)) stolen.jar.set(name, value);
    await stolen.press(asked, {}, "allow");
    expect(await deviceRows(client)).toMatchObject([{ state: "pending" }]);
    await env.DB.prepare(
      "UPDATE sessions SET revoked_at = created_at WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
      .bind(email)
      .run();
    await browser.press(asked, {}, "allow");
    expect(await deviceRows(client)).toMatchObject([{ state: "pending", account_id: null }]);
  });

  it.each(["/device", "/device/confirm"])(
    "%s cannot be framed or cached, and sends no referrer",
    async (path) => {
      const { browser } = await signedIn();
      const { user_code } = await startDevice(service, await createDeviceClient(service));
      const { headers } =
        path === "/device" ? await browser.visit(path) : await enterCode(browser, user_code);
      const policy = headers.get("Content-Security-Policy") ?? "";
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'self'");
      expect(headers.get("X-Frame-Options")).toBe("DENY");
      expect(headers.get("Cache-Control")).toContain("no-store");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    },
  );
});
