import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ROUTES_OF_METHODS } from "../../../src/authentication/sign-in-methods.ts";
import { enterEmailCode, requestEmailCode, signInByCode } from "../../support/email-codes.ts";
import { openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { linkGitHub } from "../../support/social/inserted-rows.ts";
import { openProviders } from "../../support/social/providers.ts";
import {
  accountIdOf,
  linkMailedTo,
  logIn,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  signedInAs,
  subjectsTo,
  tokenMailedTo,
  usersApiAs,
} from "../../support/users.ts";

const providers = openProviders();
const all = startService({ env: providers.variables });
const { clock } = all;
const withMethods = (methods: string) =>
  startService({ clock, env: { ...providers.variables, SIGN_IN_METHODS: methods } });
const withoutPasswords = withMethods("passkey,email_code,social");

/** The routes of a method that this release has, with a method that they take. */
const routesOf = (method: keyof typeof ROUTES_OF_METHODS) =>
  ROUTES_OF_METHODS[method].flatMap((path) => {
    const route = all.app.routes.find(
      (found) => found.path === path && found.method !== "ALL" && found.method !== "HEAD",
    );
    return route ? [[route.method, path] as const] : [];
  });

describe("a method that SIGN_IN_METHODS does not allow", () => {
  it.each([
    ["password", "email_code"],
    ["email_code", "password"],
  ] as const)("%s: its routes and pages answer 404", async (method, others) => {
    const service = withMethods(others);
    const routes = routesOf(method);
    expect(routes).toHaveLength(ROUTES_OF_METHODS[method].length);
    const { email } = await registerVerifiedUser(all);
    const { token } = (await signInByCode(all, email)).body.data;
    for (const [verb, path] of routes) {
      const answer = await service.call(verb, path, verb === "GET" ? undefined : {}, token);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  it("social: no provider is there, and a linked identity can still be removed", async () => {
    const service = withMethods("password");
    expect((await service.post("/social/github/token", { accessToken: "x" })).status).toBe(404);
    const { email } = await registerVerifiedUser(service);
    await linkGitHub(email);
    const { token } = await logIn(service, email);
    expect((await service.get("/me/identities", token)).body.data).toHaveLength(1);
    const removed = await service.call("DELETE", "/api/auth/me/identities/github", undefined, token);
    expect(removed.status).toBe(200);
  });
});

describe("the sign-in page", () => {
  const formOf = async (methods: string) =>
    (await openPageBrowser(withMethods(methods)).visit("/sign-in")).text;

  it.each([
    ["password,email_code,social", { email: true, password: true, code: true, github: true }],
    ["password", { email: true, password: true, code: false, github: false }],
    ["email_code", { email: true, password: false, code: true, github: false }],
    ["social", { email: false, password: false, code: false, github: true }],
  ])("offers what %s allows, the address first", async (methods, offered) => {
    const text = await formOf(methods);
    const found = {
      email: text.includes('name="email"'),
      password: text.includes('name="password"'),
      code: text.includes("Email me a code"),
      github: text.includes("/social/github/start"),
    };
    expect(found).toEqual(offered);
    const places = ['name="email"', 'name="password"', "Email me a code", "/social/github/start"]
      .map((part) => text.indexOf(part))
      .filter((place) => place >= 0);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(text.includes("/forgot-password")).toBe(offered.password);
    expect(text.includes("/sign-up")).toBe(offered.password);
  });

  it("refuses a posted password where passwords are off", async () => {
    const { email } = await registerVerifiedUser(withoutPasswords);
    const browser = openPageBrowser(withoutPasswords);
    const page = await browser.visit("/sign-in");
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    expect((await browser.post("/sign-in", { csrf, email, password: PASSWORD })).status).toBe(404);
    expect(browser.jar.has("__Host-gh_access")).toBe(false);
  });
});

describe("without passwords", () => {
  it("a stored password signs in nowhere, and an account is created by a code", async () => {
    const { email } = await registerVerifiedUser(withoutPasswords);
    expect((await withoutPasswords.post("/login", { email, password: PASSWORD })).status).toBe(404);
    expect((await signInByCode(withoutPasswords, email)).status).toBe(200);
    expect((await signInByCode(withoutPasswords, newAddress())).status).toBe(200);
  });

  it("the pages have no password field, and sign-up leads to sign-in", async () => {
    const visitor = openPageBrowser(withoutPasswords);
    expect((await visitor.visit("/sign-up?returnTo=/account/sessions")).path).toBe(
      `/sign-in?returnTo=${encodeURIComponent("/account/sessions")}`,
    );
    const email = newAddress();
    const browser = openPageBrowser(withoutPasswords);
    const codePage = await browser.submit(await browser.visit("/sign-in"), { email }, "code");
    const [, code = ""] = /(\d{6})/.exec((await mailText(email)) ?? "") ?? [];
    const account = await browser.submit(codePage, { code });
    expect(account.path).toBe("/account");
    expect(account.text).not.toContain("/account/password");
  });

  it("an invitation verifies the address, asks for no password and leaves none", async () => {
    const superuser = await signedInAs(all, "superuser");
    const { token } = (await signInByCode(withoutPasswords, superuser.email)).body.data;
    const email = newAddress();
    const admin = usersApiAs(withoutPasswords, { token });
    const { id } = (await admin.call("POST", "", { email, name: "Grace" })).body.data;
    expect(await subjectsTo(all, email)).toEqual(["You are invited to Gatehouse"]);
    const browser = openPageBrowser(withoutPasswords);
    const page = await browser.visit(await linkMailedTo(all, email));
    expect(page.text).not.toContain('type="password"');
    const signIn = await browser.submit(page);
    expect([signIn.path, signIn.text.includes("The invitation is accepted.")]).toEqual(["/sign-in", true]);
    expect((await signInByCode(withoutPasswords, email)).body.data.user).toMatchObject({ id, name: "Grace" });
    const stored = await env.DB.prepare("SELECT password_hash FROM accounts WHERE id = ?").bind(id).first();
    expect(stored).toEqual({ password_hash: null });
  });

  it("an invitation is accepted by the API without a password", async () => {
    const superuser = await signedInAs(all, "superuser");
    const email = newAddress();
    await usersApiAs(all, superuser).call("POST", "", { email, name: "Grace" });
    const token = await tokenMailedTo(all, email);
    // A deployment with passwords asks for one.
    expect((await all.post("/reset-password", { token })).body.error?.fields).toEqual([
      { path: "newPassword", message: "Is required." },
    ]);
    expect((await withoutPasswords.post("/reset-password", { token })).status).toBe(200);
  });

  it("a reset link is refused, and an admin sends none", async () => {
    const { email } = await registerVerifiedUser(all);
    await all.post("/forgot-password", { email });
    const token = await tokenMailedTo(all, email);
    expect((await withoutPasswords.post("/reset-password", { token })).body.error?.code).toBe(
      "token_invalid",
    );
    const superuser = await signedInAs(all, "superuser");
    const admin = usersApiAs(withoutPasswords, superuser);
    expect((await admin.call("POST", `/${await accountIdOf(email)}/reset-password`)).status).toBe(404);
    const browser = await signedInPageBrowser(all, superuser.email);
    const session = openPageBrowser(withoutPasswords);
    for (const [name, value] of browser.jar) session.jar.set(name, value);
    const page = await session.visit(`/admin/users/${await accountIdOf(email)}`);
    expect(page.text).not.toContain('value="resetPassword"');
  });

  it("a verification link of an account without a password mails no link to choose one", async () => {
    const { email } = await register(all);
    await env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE email = ?").bind(email).run();
    const token = await tokenMailedTo(all, email);
    expect((await withoutPasswords.post("/verify-email", { token })).status).toBe(200);
    expect(await subjectsTo(all, email)).toHaveLength(1);
  });

  it("a password does not count as another sign-in method, and a code does", async () => {
    const { email } = await registerVerifiedUser(all);
    await linkGitHub(email);
    const { token } = await logIn(all, email);
    const remove = (methods: string) =>
      withMethods(methods).call("DELETE", "/api/auth/me/identities/github", undefined, token);
    expect((await remove("social")).body.error?.code).toBe("last_sign_in_method");
    expect((await remove("email_code,social")).status).toBe(200);
  });
});

async function mailText(email: string): Promise<string | undefined> {
  const answer = await all.call("GET", `/dev/mailbox.json?to=${encodeURIComponent(email)}`);
  return (JSON.parse(answer.text) as { messages: { text: string }[] }).messages[0]?.text;
}

it("a challenge of a deployment that allowed codes is refused by one that does not", async () => {
  const { email } = await registerVerifiedUser(all);
  const challenge = await requestEmailCode(all, email);
  expect((await enterEmailCode(withMethods("password"), challenge)).status).toBe(404);
});
