import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { countSessions } from "../../../support/database-rows.ts";
import { startService } from "../../../support/service.ts";
import { signInWithBrowser } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  tokenMailedTo,
} from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const ATTACKER_PASSWORD = "the password of the attacker";

/** Signs in with an access token of GitHub, the shortest sign-in. */
async function gitHub(user: ReturnType<typeof socialUser>, at = service, more: object = {}) {
  return at.post("/social/github/token", { accessToken: await providers.tokenOf(user), ...more });
}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();
const events = async (email: string): Promise<string[]> => {
  const query = `SELECT type FROM audit_events WHERE account_id = (SELECT id FROM accounts WHERE email = ?) ORDER BY at, rowid`;
  return (await env.DB.prepare(query).bind(email).all<{ type: string }>()).results.map(({ type }) => type);
};

describe("sign-in with the address of an account that an attacker registered", () => {
  it("takes the account over for the verified owner and revokes the attacker's password, sessions, tokens and links", async () => {
    const email = newAddress();
    await register(service, email, { password: ATTACKER_PASSWORD, name: "Mallory" });
    const verifyToken = await tokenMailedTo(service, email);
    // Worse than possible: the attacker has a session and a reset token, too.
    await run("UPDATE accounts SET email_verified_at = 1 WHERE email = ?", email);
    const attacker = await logIn(service, email, ATTACKER_PASSWORD);
    await service.post("/forgot-password", { email });
    const resetToken = await tokenMailedTo(service, email);
    await run("UPDATE accounts SET email_verified_at = NULL WHERE email = ?", email);

    const browser = openBrowser(service);
    const victim = socialUser({ email, name: "Ada" });
    expect((await signInWithBrowser(browser, "google", victim)).status).toBe(302);
    const me = (await browser.send("GET", "/me")).body.data;
    expect(me).toMatchObject({ email, name: "Ada", isVerified: true });

    expectErrorResponse(
      await service.post("/login", { email, password: ATTACKER_PASSWORD }),
      401,
      "invalid_credentials",
    );
    expectErrorResponse(await service.get("/me", attacker.token), 401, "unauthorized");
    expectErrorResponse(
      await service.post("/refresh", { refreshToken: attacker.refreshToken }),
      401,
      "refresh_invalid",
    );
    expectErrorResponse(await service.post("/verify-email", { token: verifyToken }), 400, "token_invalid");
    const newPassword = "another quiet harbour";
    expectErrorResponse(
      await service.post("/reset-password", { token: resetToken, newPassword }),
      400,
      "token_invalid",
    );
    // The last one is the attacker's login with the old password.
    expect((await events(email)).slice(-4)).toEqual([
      "email_verified",
      "identity_linked",
      "signed_in",
      "sign_in_failed",
    ]);
    expect((await mailTo(service, email))[0]?.subject).toBe("Google now signs you in to Gatehouse");
  });

  it("removes the profile that the registration of a taken-over account set", async () => {
    const { email } = await register(service, newAddress(), { username: "night.heron" });
    const answer = await gitHub(socialUser({ email }));
    const me = await service.get("/me", answer.body.data.token);
    expect([me.body.data.username, me.body.data.lastName, me.body.data.age]).toEqual([null, null, null]);
  });

  it("leaves an account unchanged by an identity with an unverified address", async () => {
    const { email } = await register(service);
    const before = await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first();
    expectErrorResponse(await gitHub(socialUser({ email, verified: false })), 403, "email_not_verified");
    expect(await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first()).toEqual(
      before,
    );
  });
});

describe("sign-in with the address of a verified account", () => {
  it("links an identity with the same verified address and keeps the password", async () => {
    const { email } = await registerVerifiedUser(service);
    const answer = await gitHub(socialUser({ email: email.toUpperCase(), name: "Another Name" }));
    expect(answer.body.data.user).toMatchObject({ email, name: "Ada" });
    await logIn(service, email);
    expect(await events(email)).toContain("identity_linked");
    const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
    expect(subjects).toContain("GitHub now signs you in to Gatehouse");
  });

  it("does not link an identity with an unverified address to an account", async () => {
    const { email } = await registerVerifiedUser(service);
    expectErrorResponse(await gitHub(socialUser({ email, verified: false })), 403, "email_not_verified");
    expect(await countSessions(email)).toBe(0);
  });

  it("refuses a second identity of the same provider with the address of the account", async () => {
    const { email } = await registerVerifiedUser(service);
    expect((await gitHub(socialUser({ email }))).status).toBe(200);
    expectErrorResponse(await gitHub(socialUser({ email })), 409, "conflict");
  });

  it("does not find an account by an address that its identity had earlier", async () => {
    const old = newAddress();
    const user = socialUser({ email: old });
    const first = await gitHub(user);
    await run(
      "UPDATE accounts SET email = 'moved-on@example.com', email_key = 'moved-on@example.com' WHERE email = ?",
      old,
    );
    // The address has a new owner.
    const second = await gitHub(socialUser({ email: old }));
    expect(second.body.data.user.id).not.toBe(first.body.data.user.id);
    expect((await gitHub(user)).body.data.user.id).toBe(first.body.data.user.id);
  });
});

describe("sign-in that creates an account", () => {
  it("cleans the provider's display name for the new account", async () => {
    const cases: [string | null, string][] = [
      ["  Ada\u0000\r\n Lovelace\u202e ", "Ada Lovelace"],
      ["x".repeat(100), "x".repeat(64)],
      ["\u{1f600}".repeat(70), "\u{1f600}".repeat(64)],
    ];
    for (const [name, cleaned] of cases) {
      expect((await gitHub(socialUser({ name }))).body.data.user.name).toBe(cleaned);
    }
  });

  it("makes the new account with the verified BOOTSTRAP_SUPERUSER_EMAIL superuser", async () => {
    const email = newAddress();
    const withBootstrap = startService({ env: { ...providers.variables, BOOTSTRAP_SUPERUSER_EMAIL: email } });
    expect((await gitHub(socialUser({ email }), withBootstrap)).body.data.user.role).toBe("superuser");
    expect(await events(email)).toEqual([
      "superuser_bootstrapped",
      "account_registered",
      "identity_linked",
      "signed_in",
    ]);
    expect((await gitHub(socialUser(), withBootstrap)).body.data.user.role).toBe("user");
  });

  it("creates one account for 20 concurrent first sign-ins", async () => {
    const user = socialUser();
    const token = await providers.tokenOf(user);
    const answers = await inParallel(20, () => service.post("/social/github/token", { accessToken: token }));
    expect(new Set(answers.map(({ body }) => body.data?.user.id)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it("refuses every password login and password confirmation of an account without a password", async () => {
    const user = socialUser();
    const { token } = (await gitHub(user)).body.data;
    const { email } = user;
    expectErrorResponse(
      await service.post("/login", { email, password: PASSWORD }),
      401,
      "invalid_credentials",
    );
    for (const password of ["", PASSWORD]) {
      const change = { currentPassword: password, newPassword: "another quiet harbour" };
      expectErrorResponse(await service.post("/me/password", change, token), 401, "invalid_credentials");
      expectErrorResponse(
        await service.post("/me/deactivate", { password }, token),
        401,
        "invalid_credentials",
      );
    }
  });

  it("keeps the identity of an account that sets its first password by a reset", async () => {
    const user = socialUser();
    await gitHub(user);
    const { email } = user;
    expect((await service.post("/forgot-password", { email })).status).toBe(200);
    const token = await tokenMailedTo(service, email);
    expect((await service.post("/reset-password", { token, newPassword: PASSWORD })).status).toBe(200);
    await logIn(service, email);
    expect((await gitHub(user)).status).toBe(200);
  });
});
