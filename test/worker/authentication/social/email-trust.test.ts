import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startService } from "../../../support/service.ts";
import { openForgedIssuer } from "../../../support/social/forged-issuer.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  logIn,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
} from "../../../support/users.ts";

const providers = openProviders();
const { SOCIAL_GITHUB_EMAIL_TRUST: _, ...byDefault } = providers.variables;
const service = startService({ env: byDefault });
const trusting = startService({ env: providers.variables });
const forged = await openForgedIssuer();

const gitHub = async (user: ReturnType<typeof socialUser>, at = service) =>
  at.post("/social/github/token", { accessToken: await providers.tokenOf(user) });

/** Signs in at an OpenID provider that is configured with these variables. */
async function openId(variables: Record<string, string>, claims: Record<string, unknown>) {
  const at = startService({ env: { ...forged.variables, ...variables } });
  await forged.answer(forged.metadata, forged.keySet);
  const idToken = await forged.sign({ sub: crypto.randomUUID(), ...claims });
  return at.post("/social/oidc/token", { idToken });
}

describe("an address of GitHub", () => {
  it("is not verified by default", async () => {
    expect((await gitHub(socialUser())).body.data.user.isVerified).toBe(false);
  });

  it("neither links to a verified account nor takes over an unproven registration by default", async () => {
    const { email: verified } = await registerVerifiedUser(service);
    expectErrorResponse(await gitHub(socialUser({ email: verified })), 409, "conflict");
    const { email: unproven } = await register(service);
    expectErrorResponse(await gitHub(socialUser({ email: unproven })), 409, "conflict");
  });

  it("is verified with SOCIAL_GITHUB_EMAIL_TRUST=verified", async () => {
    expect((await gitHub(socialUser(), trusting)).body.data.user.isVerified).toBe(true);
  });
});

it.each([29, 30, 99, 100, 250])(
  "the primary address of GitHub is found behind %i others",
  async (otherAddresses) => {
    const user = socialUser({ otherAddresses });
    expect((await gitHub(user)).body.data.user.email).toBe(user.email);
  },
);

describe("an address of an OpenID provider", () => {
  it("is implied by default, also if the provider calls it verified", async () => {
    const answer = await openId({}, { email: newAddress() });
    expect(answer.body.data.user.isVerified).toBe(false);
    const { email } = await registerVerifiedUser(service);
    expectErrorResponse(await openId({}, { email }), 409, "conflict");
  });

  // Fault 1: Microsoft Entra omits the claim.
  it.each([
    ["verified", true],
    ["implied", false],
  ])(
    "is accepted without email_verified if the operator sets the trust to %s, and refused otherwise",
    async (trust, isVerified) => {
      const claims = { email: newAddress(), email_verified: undefined };
      expectErrorResponse(await openId({}, claims), 403, "email_not_verified");
      const answer = await openId({ SOCIAL_OIDC_EMAIL_TRUST: trust }, claims);
      expect(answer.body.data.user).toMatchObject({ email: claims.email, isVerified });
    },
  );

  it("is refused if the provider says email_verified: false, whatever the operator trusts", async () => {
    const answer = await openId(
      { SOCIAL_OIDC_EMAIL_TRUST: "verified" },
      { email: newAddress(), email_verified: false },
    );
    expectErrorResponse(answer, 403, "email_not_verified");
  });

  it("is refused with SOCIAL_OIDC_EMAIL_TRUST=none", async () => {
    const answer = await openId({ SOCIAL_OIDC_EMAIL_TRUST: "none" }, { email: newAddress() });
    expectErrorResponse(answer, 403, "email_not_verified");
  });

  it("is verified only in the domains for which the operator trusts the provider", async () => {
    const variables = { SOCIAL_OIDC_EMAIL_TRUST: "verified", SOCIAL_OIDC_EMAIL_DOMAINS: "corp.example" };
    const inside = await openId(variables, { email: "ada.inside@corp.example" });
    expect(inside.body.data.user.isVerified).toBe(true);
    const outside = await openId(variables, { email: newAddress() });
    expect(outside.body.data.user.isVerified).toBe(false);
  });
});

describe("a verified identity with the address of a privileged account", () => {
  const roleOf = (email: string) =>
    env.DB.prepare("SELECT role, name, password_hash FROM accounts WHERE email = ?").bind(email).first();

  it.each(["user", "admin"] as const)("does not take over an account invited as %s", async (role) => {
    const email = newAddress();
    const superuser = await signedInAs(service, "superuser");
    await service.post("/users", { email, name: "Grace", role }, superuser.token);
    const invitation = await tokenMailedTo(service, email);
    expectErrorResponse(await gitHub(socialUser({ email }), trusting), 409, "conflict");
    expect(await roleOf(email)).toEqual({ role, name: "Grace", password_hash: null });
    // The invitation stays valid.
    await service.post("/reset-password", { token: invitation, newPassword: PASSWORD });
    await logIn(service, email);
  });

  it("does not take over an unverified admin whose invitation has expired", async () => {
    const email = newAddress();
    const superuser = await signedInAs(service, "superuser");
    await service.post("/users", { email, name: "Grace", role: "admin" }, superuser.token);
    await env.DB.prepare("UPDATE email_tokens SET expires_at = 1 WHERE email = ?").bind(email).run();
    expectErrorResponse(await gitHub(socialUser({ email }), trusting), 409, "conflict");
  });
});
