import { expect, it } from "vitest";
import { emailTrustOf } from "../../../../../src/authentication/social/providers/email-trust.ts";

const email = "ada@example.com";
const byDefault = { trust: "implied", domains: [], isConfigured: false } as const;
const set = (trust: "verified" | "implied" | "none", ...domains: string[]) => ({
  trust,
  domains,
  isConfigured: true,
});

it.each([
  ["a claim by default", byDefault, true, "implied"],
  ["no claim by default", byDefault, "unstated", "unverified"],
  ["email_verified: false by default", byDefault, false, "unverified"],
  ["a claim of a verifying issuer", set("verified"), true, "verified"],
  ["no claim of a verifying issuer", set("verified"), "unstated", "verified"],
  ["email_verified: false of a verifying issuer", set("verified"), false, "unverified"],
  ["no claim of an implying issuer", set("implied"), "unstated", "implied"],
  ["a claim of an issuer without trust", set("none"), true, "unverified"],
  ["a listed domain", set("verified", "example.org", "example.com"), true, "verified"],
  ["another domain", set("verified", "example.org"), true, "implied"],
  ["a parent of the listed domain", set("verified", "mail.example.com"), true, "implied"],
] as const)("emailTrustOf %s", (_title, authority, verified, trust) => {
  expect(emailTrustOf(authority, { email, verified })).toBe(trust);
});

it("emailTrustOf an address of which the provider does not know the current owner is implied at most", () => {
  expect(emailTrustOf(set("verified"), { email, verified: true, isAuthoritative: false })).toBe("implied");
});
