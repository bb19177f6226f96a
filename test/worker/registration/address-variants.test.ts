import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { openPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import {
  logIn,
  mailTo,
  newAddress,
  PASSWORD,
  register,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
} from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });
const gitHub = async (user: ReturnType<typeof socialUser>) =>
  service.post("/social/github/token", { accessToken: await providers.tokenOf(user) });

/** The address with a full-width first letter: NFKC gives the local part of the original. */
const variantOf = (email: string) => String.fromCharCode(email.charCodeAt(0) + 0xfee0) + email.slice(1);

/** Gives an account a variant as its address, as a release before this rule did. */
async function storeVariant(email: string): Promise<string> {
  const variant = variantOf(email);
  await env.DB.prepare("UPDATE accounts SET email = ? WHERE email = ?").bind(variant, email).run();
  return variant;
}

/** An account that an attacker has registered with a variant of the address before this rule. */
async function attackedAddress(): Promise<{ email: string; variant: string }> {
  const email = newAddress();
  await register(service, email, { password: "the password of the attacker", name: "Mallory" });
  return { email, variant: await storeVariant(email) };
}

describe("an address whose local part changes under NFKC", () => {
  it("is refused at registration, invitation and email change, with a message about the field", async () => {
    const variant = variantOf(newAddress());
    const admin = await signedInAs(service, "admin");
    const requests = [
      ["email", await service.post("/register", { email: variant, password: PASSWORD, name: "Ada" })],
      ["email", await service.post("/users", { email: variant, name: "Ada" }, admin.token)],
      ["newEmail", await service.post("/me/email", { newEmail: variant, password: PASSWORD }, admin.token)],
    ] as const;
    for (const [path, answer] of requests) {
      expectErrorResponse(answer, 400, "validation_failed");
      const message =
        "Must not have characters before the @ that look like others, such as full-width letters.";
      expect(answer.body.error?.fields).toEqual([{ path, message }]);
    }
    expect(await mailTo(service, variant)).toEqual([]);
  });

  it("is refused on the sign-up page with a sentence about its characters", async () => {
    const pages = openPageBrowser(service);
    const page = await pages.visit("/sign-up");
    const answer = await pages.press(page, {
      name: "Ada",
      email: variantOf(newAddress()),
      password: PASSWORD,
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("Please use only ordinary letters before the @");
  });

  it("is refused for a new account of a social login with a clear failure", async () => {
    const answer = await gitHub(socialUser({ email: variantOf(newAddress()) }));
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.message).toContain("characters that look like others");
  });

  it("still signs in to an account that has had it since before the rule", async () => {
    const { email } = await registerVerifiedUser(service);
    const variant = await storeVariant(email);
    await logIn(service, variant);
    await service.post("/forgot-password", { email: variant });
    const token = await tokenMailedTo(service, variant);
    const newPassword = "another quiet harbour";
    expect((await service.post("/reset-password", { token, newPassword })).status).toBe(200);
    await logIn(service, variant, newPassword);
  });
});

// Finding 4: the attacker's unproven registration stays for ever, and mail for the owner went to the variant.
describe("an unproven registration of a variant", () => {
  it("does not block the owner's registration, and the owner's mail goes to the owner", async () => {
    const { email, variant } = await attackedAddress();
    const before = (await mailTo(service, variant)).length;
    await register(service, email);
    expect((await mailTo(service, variant)).length).toBe(before);
    await service.post("/verify-email", { token: await tokenMailedTo(service, email) });
    await service.post("/reset-password", {
      token: await tokenMailedTo(service, email),
      newPassword: PASSWORD,
    });
    const { token } = await logIn(service, email);
    expect((await service.get("/me", token)).body.data).toMatchObject({ email, isVerified: true });
  });

  it("sends a resent link and a reset to the address that was registered last", async () => {
    const { email, variant } = await attackedAddress();
    await register(service, email);
    const before = (await mailTo(service, variant)).length;
    await service.post("/verify-email/resend", { email });
    await service.post("/forgot-password", { email });
    expect((await mailTo(service, variant)).length).toBe(before);
    expect((await mailTo(service, email)).length).toBeGreaterThanOrEqual(3);
  });

  it("does not block an invitation", async () => {
    const { email } = await attackedAddress();
    const admin = await signedInAs(service, "admin");
    const answer = await service.post("/users", { email, name: "Grace" }, admin.token);
    expect([answer.status, answer.body.data.name]).toEqual([201, "Grace"]);
    const link = { token: await tokenMailedTo(service, email), newPassword: PASSWORD };
    expect((await service.post("/reset-password", link)).status).toBe(200);
    await logIn(service, email);
  });

  it("does not block a provider that has verified the address", async () => {
    const { email } = await attackedAddress();
    const answer = await gitHub(socialUser({ email, name: "Anna" }));
    expect(answer.body.data.user).toMatchObject({ email, name: "Anna", isVerified: true });
  });

  it("does not block an email change", async () => {
    const { email } = await attackedAddress();
    const { token } = await registerAndLogIn(service);
    await service.post("/me/email", { newEmail: email, password: PASSWORD }, token);
    const link = await tokenMailedTo(service, email);
    expect((await service.post("/verify-email", { token: link })).status).toBe(200);
    expect((await service.get("/me", token)).body.data.email).toBe(email);
  });

  it("does not become the account of a provider's user whose address is the variant", async () => {
    const { email } = await register(service);
    expectErrorResponse(await gitHub(socialUser({ email: variantOf(email) })), 400, "validation_failed");
  });
});
