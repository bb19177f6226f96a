import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import { inParallel } from "../../../support/parallel.ts";
import { expectRefusal } from "../../../support/refusal.ts";
import { startService } from "../../../support/service.ts";
import { signInWithBrowser } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { sessionsOf } from "../../../support/tables.ts";
import {
  logIn,
  mailTo,
  member,
  newAddress,
  PASSWORD,
  register,
  tokenMailedTo,
} from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const STRANGERS = "the stranger's own words";

/** The quickest way in: GitHub's own token, as an app has it. */
async function gitHub(person: ReturnType<typeof socialUser>, of = service, more: object = {}) {
  return of.post("/social/github/token", { accessToken: await providers.tokenOf(person), ...more });
}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();
const events = async (email: string): Promise<string[]> => {
  const query = `SELECT type FROM audit_events WHERE account_id = (SELECT id FROM accounts WHERE email = ?) ORDER BY at, rowid`;
  return (await env.DB.prepare(query).bind(email).all<{ type: string }>()).results.map(({ type }) => type);
};

describe("an account that a stranger made under the victim's address", () => {
  it("is the victim's alone, who comes by Google: password, sessions, tokens and links of the stranger are dead", async () => {
    const email = newAddress();
    await register(service, email, { password: STRANGERS, name: "Mallory" });
    const verifyToken = await tokenMailedTo(service, email);
    // Worse than it can be: the stranger has even been in, and asked for a reset.
    await run("UPDATE accounts SET email_verified_at = 1 WHERE email = ?", email);
    const stranger = await logIn(service, email, STRANGERS);
    await service.post("/forgot-password", { email });
    const resetToken = await tokenMailedTo(service, email);
    await run("UPDATE accounts SET email_verified_at = NULL WHERE email = ?", email);

    const browser = openBrowser(service);
    const victim = socialUser({ email, name: "Ada" });
    expect((await signInWithBrowser(browser, "google", victim)).status).toBe(302);
    const me = (await browser.send("GET", "/me")).body.data;
    expect(me).toMatchObject({ email, name: "Ada", isVerified: true });

    expectRefusal(await service.post("/login", { email, password: STRANGERS }), 401, "invalid_credentials");
    expectRefusal(await service.get("/me", stranger.token), 401, "unauthorized");
    expectRefusal(
      await service.post("/refresh", { refreshToken: stranger.refreshToken }),
      401,
      "refresh_invalid",
    );
    expectRefusal(await service.post("/verify-email", { token: verifyToken }), 400, "token_invalid");
    const newPassword = "another quiet harbour";
    expectRefusal(
      await service.post("/reset-password", { token: resetToken, newPassword }),
      400,
      "token_invalid",
    );
    expect((await events(email)).slice(-3)).toEqual(["email_verified", "identity_linked", "signed_in"]);
    expect((await mailTo(service, email))[0]?.subject).toBe("Google now signs you in to Gatehouse");
  });

  it("keeps nothing of what whoever registered it said of themselves", async () => {
    const { email } = await register(service, newAddress(), { username: "night.heron" });
    const answer = await gitHub(socialUser({ email }));
    const me = await service.get("/me", answer.body.data.token);
    expect([me.body.data.username, me.body.data.lastName, me.body.data.age]).toEqual([null, null, null]);
  });

  it("stays as it is for somebody whose provider has not verified the address", async () => {
    const { email } = await register(service);
    const before = await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first();
    expectRefusal(await gitHub(socialUser({ email, verified: false })), 403, "email_not_verified");
    expect(await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first()).toEqual(
      before,
    );
  });
});

describe("an account whose address is proven", () => {
  it("gets the identity of whoever has the same proven address, and keeps its password", async () => {
    const { email } = await member(service);
    const answer = await gitHub(socialUser({ email: email.toUpperCase(), name: "Another Name" }));
    expect(answer.body.data.user).toMatchObject({ email, name: "Ada" });
    await logIn(service, email);
    expect(await events(email)).toContain("identity_linked");
    const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
    expect(subjects).toContain("GitHub now signs you in to Gatehouse");
  });

  it("is not linked to an address that the provider has not verified", async () => {
    const { email } = await member(service);
    expectRefusal(await gitHub(socialUser({ email, verified: false })), 403, "email_not_verified");
    expect(await sessionsOf(email)).toBe(0);
  });

  it("has one identity of a provider: a second one under its address is refused", async () => {
    const { email } = await member(service);
    expect((await gitHub(socialUser({ email }))).status).toBe(200);
    expectRefusal(await gitHub(socialUser({ email })), 409, "conflict");
  });

  it("is not found by an address that an identity once had", async () => {
    const old = newAddress();
    const person = socialUser({ email: old });
    const first = await gitHub(person);
    await run(
      "UPDATE accounts SET email = 'moved-on@example.com', email_key = 'moved-on@example.com' WHERE email = ?",
      old,
    );
    // The address has a new owner, who is somebody else.
    const second = await gitHub(socialUser({ email: old }));
    expect(second.body.data.user.id).not.toBe(first.body.data.user.id);
    expect((await gitHub(person)).body.data.user.id).toBe(first.body.data.user.id);
  });
});

describe("a new account", () => {
  it("has a name that is fit for a line, whatever the provider says", async () => {
    const cases: [string | null, string][] = [
      ["  Ada\u0000\r\n Lovelace\u202e ", "Ada Lovelace"],
      ["x".repeat(100), "x".repeat(64)],
      ["\u{1f600}".repeat(70), "\u{1f600}".repeat(64)],
    ];
    for (const [said, kept] of cases) {
      expect((await gitHub(socialUser({ name: said }))).body.data.user.name).toBe(kept);
    }
  });

  it("becomes superuser under BOOTSTRAP_SUPERUSER_EMAIL, since its address is proven", async () => {
    const email = newAddress();
    const booted = startService({ env: { ...providers.variables, BOOTSTRAP_SUPERUSER_EMAIL: email } });
    expect((await gitHub(socialUser({ email }), booted)).body.data.user.role).toBe("superuser");
    expect(await events(email)).toEqual([
      "superuser_bootstrapped",
      "account_registered",
      "identity_linked",
      "signed_in",
    ]);
    expect((await gitHub(socialUser(), booted)).body.data.user.role).toBe("user");
  });

  it("is one, however many first visits come at once", async () => {
    const person = socialUser();
    const token = await providers.tokenOf(person);
    const answers = await inParallel(20, () => service.post("/social/github/token", { accessToken: token }));
    expect(new Set(answers.map(({ body }) => body.data?.user.id)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it("has no password: none lets in, and confirming one costs the same work and fails", async () => {
    const person = socialUser();
    const { token } = (await gitHub(person)).body.data;
    const { email } = person;
    expectRefusal(await service.post("/login", { email, password: PASSWORD }), 401, "invalid_credentials");
    for (const password of ["", PASSWORD]) {
      const change = { currentPassword: password, newPassword: "another quiet harbour" };
      expectRefusal(await service.post("/me/password", change, token), 401, "invalid_credentials");
      expectRefusal(await service.post("/me/deactivate", { password }, token), 401, "invalid_credentials");
    }
  });

  it("gets a password by the reset mail, and keeps its identity", async () => {
    const person = socialUser();
    await gitHub(person);
    const { email } = person;
    expect((await service.post("/forgot-password", { email })).status).toBe(200);
    const token = await tokenMailedTo(service, email);
    expect((await service.post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    await logIn(service, email);
    expect((await gitHub(person)).status).toBe(200);
  });
});
