import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseEmailAddress } from "../../../src/core/email-address.ts";
import { hasSignUpForm, isSignUpOpen, signUpRefusal } from "../../../src/registration/sign-up-rules.ts";
import type { SignUpSettings } from "../../../src/registration/sign-up-settings.ts";

const DISPOSABLE = new Set(readFileSync("public/disposable-domains.txt", "utf8").split("\n"));

const rulesOf = (signUp: Partial<SignUpSettings>, bootstrapSuperuser: string | null = null) => ({
  signUp: { policy: "open", domains: [], refusesDisposable: false, ...signUp } as SignUpSettings,
  bootstrapSuperuser,
  mailCarriesUnicode: true,
});

function refusalOf(
  address: string,
  signUp: Partial<SignUpSettings>,
  bootstrapSuperuser: string | null = null,
) {
  const email = parseEmailAddress(address);
  if (!email.ok) throw new Error(`${address} is not an email address`);
  return signUpRefusal(rulesOf(signUp, bootstrapSuperuser), email.value, DISPOSABLE);
}

describe("signUpRefusal", () => {
  it.each([
    ["open", null],
    ["invited", "sign_up_closed"],
    ["closed", "sign_up_closed"],
  ] as const)("for the policy %s it is %s", (policy, refusal) => {
    expect(refusalOf("ada@example.com", { policy })).toBe(refusal);
  });

  it.each(["invited", "closed"] as const)(
    "allows exactly the address of BOOTSTRAP_SUPERUSER_EMAIL with the policy %s",
    (policy) => {
      expect(refusalOf("Ada@Example.com", { policy }, "ada@example.com")).toBeNull();
      expect(refusalOf("ada+1@example.com", { policy }, "ada@example.com")).toBe("sign_up_closed");
      expect(refusalOf("ada@sub.example.com", { policy }, "ada@example.com")).toBe("sign_up_closed");
      // Without the variable no address is equal to it.
      expect(refusalOf("ada@example.com", { policy }, null)).toBe("sign_up_closed");
    },
  );

  const domains = ["example.com", "xn--bcher-kva.example"];
  it.each([
    ["ada@example.com", null],
    ["ada@EXAMPLE.com", null],
    ["ada+tag@example.com", null],
    ["ada@bücher.example", null],
    ["ada@xn--bcher-kva.example", null],
    ["ada@BÜCHER.example", null],
    ["ada@sub.example.com", "domain_not_allowed"],
    ["ada@example.com.evil.example", "domain_not_allowed"],
    ["ada@notexample.com", "domain_not_allowed"],
    ["example.com@evil.example", "domain_not_allowed"],
    ["ada@bucher.example", "domain_not_allowed"],
  ])("with the domains example.com and bücher.example, the result for %s is %s", (address, refusal) => {
    expect(refusalOf(address, { domains })).toBe(refusal);
  });

  it("refuses disposable domains, in any case and with their subdomains, only if they are refused", () => {
    for (const address of ["ada@mailinator.com", "ada@MAILINATOR.com", "ada@any.mailinator.com"]) {
      expect(refusalOf(address, { refusesDisposable: true }), address).toBe("disposable_address");
      expect(refusalOf(address, { refusesDisposable: false }), address).toBeNull();
    }
    for (const address of [
      "ada@example.com",
      "ada@gmail.com",
      "mailinator.com@example.com",
      "ada@mailinator.example",
    ])
      expect(refusalOf(address, { refusesDisposable: true }), address).toBeNull();
  });

  it("lists domains in the form of addresses", () => {
    expect(DISPOSABLE.size).toBeGreaterThan(3000);
    for (const domain of DISPOSABLE) {
      const email = parseEmailAddress(`a@${domain}`);
      expect(email.ok && email.value.address, domain).toBe(`a@${domain}`);
    }
  });
});

it("has a sign-up form if the sign-up is open, or for the future superuser", () => {
  expect(isSignUpOpen(rulesOf({}))).toBe(true);
  for (const policy of ["invited", "closed"] as const) {
    expect(isSignUpOpen(rulesOf({ policy }, "ada@example.com"))).toBe(false);
    expect(hasSignUpForm(rulesOf({ policy }, "ada@example.com"))).toBe(true);
    expect(hasSignUpForm(rulesOf({ policy }))).toBe(false);
  }
});
