import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import commonPasswords from "../../../public/common-passwords.txt?raw";
import { expectErrorResponse } from "../../support/assertions.ts";
import { readAllRows } from "../../support/database-rows.ts";
import { openLoopback } from "../../support/loopback/loopback.ts";
import type { LoopbackAnswer } from "../../support/loopback/protocol.ts";
import { countPbkdf2Calls, type ProfileFields, passwordRoutes } from "../../support/password-routes.ts";
import { type ApiResponse, startService } from "../../support/service.ts";
import { logIn, newAddress, PASSWORD, register, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const LIGHTHOUSE = "\u{1f5fc}";

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(passwordRoutes)("a new password on $path", ({ path, field, accepted, prepare }) => {
  /** Makes usernames and addresses unique per route. */
  const suffix = path.replaceAll("/", ".");
  const answerTo = async (password: string, chooser?: ProfileFields): Promise<ApiResponse> =>
    (await prepare(service, chooser)).setPassword(password);

  async function expectRefused(password: string, message: RegExp, chooser?: ProfileFields) {
    const answer = await answerTo(password, chooser);
    expect([answer.status, answer.body.error?.code]).toEqual([400, "validation_failed"]);
    expect(answer.body.error?.fields).toEqual([{ path: field, message: expect.stringMatching(message) }]);
  }

  it.each([
    ["8 small letters", "xqzvwkjm"],
    ["8 digits", "84629175"],
    ["8 emoji", LIGHTHOUSE.repeat(8)],
    ["8 spaces", " ".repeat(8)],
    ["64 characters", "a quiet lighthouse, ".repeat(4).slice(0, 64)],
    ["1,024 bytes", "b".repeat(1_024)],
    ["1,024 bytes in 256 characters", LIGHTHOUSE.repeat(256)],
    ["control characters", "a tab\tand\r\na line\u0001"],
  ])("accepts a new password of %s and signs in with it", async (_what, password) => {
    const { email, setPassword } = await prepare(service);
    expect((await setPassword(password)).status).toBe(accepted);
    const login = await service.post("/login", { email, password });
    // A new account must verify its address first; only a correct password gets that error.
    expect(login.body.error?.code).toBe(accepted === 201 ? "email_not_verified" : undefined);
  });

  it.each([
    ["7 letters", "xqzvwkj"],
    ["7 emoji, which are 14 UTF-16 units", LIGHTHOUSE.repeat(7)],
    ["7 letters with their accents apart", "e\u0301".repeat(7)],
    ["no characters", ""],
  ])("refuses a new password of %s", (_what, password) => expectRefused(password, /at least 8 characters/));

  it.each([
    ["1,025 bytes", "b".repeat(1_025)],
    ["1,025 bytes in 257 characters", `${LIGHTHOUSE.repeat(256)}b`],
    ["60,000 bytes", "b".repeat(60_000)],
  ])("refuses a new password of %s before hashing", async (_what, password) => {
    const { setPassword } = await prepare(service);
    const hashings = countPbkdf2Calls();
    const answer = await setPassword(password);
    expect([answer.status, hashings()]).toEqual([400, 0]);
    expect(answer.body.error?.fields).toEqual([{ path: field, message: "Must have at most 1024 bytes." }]);
    expect((await setPassword("a password that is fine")).status).toBe(accepted);
    expect(hashings()).toBeGreaterThan(0);
  });

  it("refuses common passwords regardless of case", async () => {
    const list = commonPasswords.trim().split("\n");
    expect(list.length).toBeGreaterThanOrEqual(3_000);
    const sample = ["password1", "qwertyuiop", ...list.filter((_, index) => index % 600 === 7)];
    for (const password of sample.flatMap((common) => [common, common.toUpperCase()])) {
      await expectRefused(password, /most common/);
    }
  });

  it.each<[string, ProfileFields, string]>([
    ["the name", { name: "Wilhelmina" }, "Wilhelmina"],
    ["the name in another case, with a digit", { name: "Wilhelmina" }, "wilHELMina1"],
    ["a name of two words", { name: "Grace Hopper" }, "grace hopper"],
    ["a name of two words, run together", { name: "Grace Hopper" }, "GraceHopper!"],
    ["the name with its accent apart", { name: "Zo\u00eb Anaya" }, "Zoe\u0308 Anaya"],
    ["a name that was given with its accent apart", { name: "Zoe\u0308 Anaya" }, "Zo\u00eb Anaya"],
    ["the last name", { lastName: "Featherstone" }, "Featherstone"],
    ["the name with three other characters", { name: "Wilhelmina" }, "1Wilhelmina23"],
  ])("refuses %s as a new password", (_what, chooser, password) =>
    expectRefused(password, /own name or address/, chooser),
  );

  it("accepts the name with four other characters as a new password", async () => {
    expect((await answerTo("12Wilhelmina34", { name: "Wilhelmina" })).status).toBe(accepted);
  });

  it("refuses the username between two signs as a new password", async () => {
    const username = `captain${suffix}`;
    await expectRefused(`!${username.toUpperCase()}!`, /own name or address/, { username });
  });

  it("refuses the address and its local part as a new password", async () => {
    const own = (name: string) => `${name}${suffix}@example.com`;
    await expectRefused(own("keeper").toUpperCase(), /own name or address/, { email: own("keeper") });
    await expectRefused(`pilot${suffix}1!`, /own name or address/, { email: own("pilot") });
  });

  it.each(["Harbour Works", "harbourworks!1", "signin.harbour.example", "Harbour1"])(
    "refuses %s as a new password where the service has that name or host",
    async (password) => {
      const env = { APP_NAME: "Harbour Works", PUBLIC_URL: "https://signin.harbour.example" };
      const { setPassword } = await prepare(startService({ env: { ...env } }));
      const answer = await setPassword(password);
      expect([answer.status, answer.body.error?.fields?.[0]?.path]).toEqual([400, field]);
      expect(answer.body.error?.fields?.[0]?.message).toMatch(/name of this service/);
      expect((await setPassword("another quiet harbour")).status).toBe(accepted);
    },
  );

  it("accepts a longer password that contains the name", async () => {
    expect((await answerTo("Wilhelmina takes her tea cold", { name: "Wilhelmina" })).status).toBe(accepted);
  });
});

describe("the password at POST /login", () => {
  it.each([
    ["a space at its end", `${PASSWORD} `],
    ["a space at its start", ` ${PASSWORD}`],
    ["another case", PASSWORD.toUpperCase()],
    ["a missing last character", PASSWORD.slice(0, -1)],
  ])("refuses a password that differs by %s", async (_what, password) => {
    const { email } = await registerVerifiedUser(service);
    const refused = await service.post("/login", { email, password });
    expect([refused.status, refused.body.error?.code]).toEqual([401, "invalid_credentials"]);
    await logIn(service, email);
  });

  it.each([
    ["decomposed", "composed", "cafe\u0301 noir", "caf\u00e9 noir"],
    ["composed", "decomposed", "caf\u00e9 noir", "cafe\u0301 noir"],
  ])(
    "accepts a password chosen in %s and given in %s Unicode form",
    async (_chosen, _given, chosen, given) => {
      const { email } = await register(service, newAddress(), { password: chosen });
      const login = await service.post("/login", { email, password: given });
      expect(login.body.error?.code).toBe("email_not_verified");
      const plain = await service.post("/login", { email, password: "cafe noir" });
      expect(plain.body.error?.code).toBe("invalid_credentials");
    },
  );

  it("refuses a password over 1,024 bytes at login before hashing", async () => {
    const { email } = await registerVerifiedUser(service);
    const hashings = countPbkdf2Calls();
    const answer = await service.post("/login", { email, password: "b".repeat(1_025) });
    expect([answer.status, answer.body.error?.fields?.[0]?.path, hashings()]).toEqual([400, "password", 0]);
  });
});

describe("the list of common passwords", () => {
  it("answers a registration with 503 and still signs users in when the list of common passwords cannot be read", async () => {
    const { email } = await registerVerifiedUser(service);
    const { ASSETS } = env;
    let isDown = true;
    const fetch = async (url: string) => {
      if (isDown || !ASSETS) throw new Error("the assets are down");
      return ASSETS.fetch(url);
    };
    const degraded = startService({ env: { ASSETS: { fetch } } });
    const before = await readAllRows();
    expectErrorResponse((await register(degraded)).answer, 503, "unavailable");
    expect(await readAllRows()).toEqual(before);
    await logIn(degraded, email);
    isDown = false;
    const common = await register(degraded, newAddress(), { password: "password1" });
    expectErrorResponse(common.answer, 400, "validation_failed");
    expect((await register(degraded)).answer.status).toBe(201);
  });
});

describe("the check for breached passwords", () => {
  const BREACHED = "caf\u00e9 of the breached";
  const lines = (text: string): LoopbackAnswer => ({ kind: "respond", status: 200, body: text });

  async function sha1(text: string): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");
  }

  function startChecked() {
    const api = openLoopback();
    const env = { BREACHED_PASSWORDS: "on", BREACHED_PASSWORDS_API_BASE: api.url };
    return { api, checked: startService({ env }) };
  }

  it.each(passwordRoutes)("refuses a breached password on $path", async ({ field, accepted, prepare }) => {
    const { api, checked } = startChecked();
    const { setPassword } = await prepare(checked);
    const suffix = (await sha1(BREACHED)).slice(5);
    await api.answer(lines(`${"0".repeat(35)}:4\r\n${suffix}:1\r\n${"F".repeat(35)}:0`));
    const answer = await setPassword(BREACHED.normalize("NFD"));
    expect([answer.status, answer.body.error?.fields?.[0]?.path]).toEqual([400, field]);
    expect(answer.body.error?.fields?.[0]?.message).toMatch(/breach/);
    await api.answer(lines(`${"0".repeat(35)}:4\r\n${suffix}:0`));
    expect((await setPassword(BREACHED)).status).toBe(accepted);
  });

  it("counts a redirect of the range API as an outage, also to a host that knows the password", async () => {
    const { api, checked } = startChecked();
    const elsewhere = openLoopback();
    await elsewhere.answer(lines(`${(await sha1(BREACHED)).slice(5)}:1`));
    await api.answer({ kind: "respond", status: 302, headers: { location: `${elsewhere.url}/range` } });
    expect((await register(checked, newAddress(), { password: BREACHED })).answer.status).toBe(201);
    expect(checked.log.at(-1)?.providerErrors).toEqual(["breached-passwords: bad_status"]);
    expect(await elsewhere.requests()).toEqual([]);
  });

  it("sends five hex digits of the hash to the range API and nothing else", async () => {
    const { api, checked } = startChecked();
    const { email } = await register(checked, newAddress(), { password: BREACHED });
    const requests = await api.requests();
    expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["GET", `/range/${(await sha1(BREACHED)).slice(0, 5)}`, ""],
    ]);
    expect(requests[0]?.headers["add-padding"]).toBe("true");
    const sent = JSON.stringify(requests).toUpperCase();
    for (const secret of [BREACHED, (await sha1(BREACHED)).slice(5), email]) {
      expect(sent).not.toContain(secret.toUpperCase());
    }
  });

  it.each<[string, LoopbackAnswer, string?]>([
    ["answers 500", { kind: "respond", status: 500, body: "0" }, "bad_status"],
    ["answers garbage", lines("<html>:::\n\0\n:")],
    ["answers nothing", lines("")],
    ["hangs", { kind: "hang" }, "timeout"],
    ["hangs inside its response", { kind: "hang_in_body", status: 200 }, "timeout"],
    ["closes the connection", { kind: "close" }, "unreachable"],
  ])("accepts the password when the range API %s, and logs the cause", async (_what, outage, cause) => {
    const { api, checked } = startChecked();
    await api.answer(outage);
    expect((await register(checked)).answer.status).toBe(201);
    expect(checked.log.at(-1)?.providerErrors).toEqual(cause && [`breached-passwords: ${cause}`]);
    expect(await api.requests()).toHaveLength(1);
  });

  it("sends no request to the range API unless BREACHED_PASSWORDS is on", async () => {
    const api = openLoopback();
    const unchecked = startService({ env: { BREACHED_PASSWORDS_API_BASE: api.url } });
    expect((await register(unchecked)).answer.status).toBe(201);
    expect(await api.requests()).toEqual([]);
  });
});
