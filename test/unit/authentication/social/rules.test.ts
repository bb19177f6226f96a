import { describe, expect, it } from "vitest";
import type { Account } from "../../../../src/accounts/account.ts";
import {
  cleanName,
  judgeLink,
  judgeSocial,
  mayBootstrap,
} from "../../../../src/authentication/social/rules.ts";
import type { CandidateAccount } from "../../../../src/authentication/social/sign-in-facts.ts";

const account = (more: Partial<Account> = {}): Account => ({
  id: "an id",
  email: "ada@example.com",
  emailVerifiedAt: 1,
  name: "Ada",
  lastName: null,
  username: null,
  age: null,
  phone: null,
  phoneVerifiedAt: null,
  avatarKey: null,
  locale: null,
  role: "user",
  status: "active",
  createdAt: 1,
  updatedAt: 1,
  ...more,
});
const candidate = (more: Partial<Account> = {}, hasProvider = false): CandidateAccount => ({
  account: account(more),
  loginOtp: false,
  devicesKnownSince: 0,
  hasProvider,
});
const nobody = { byIdentity: null, byAddress: null };
const address = "Ada@example.com";
const verified = { emailTrust: "verified", address } as const;
const implied = { emailTrust: "implied", address } as const;
const unverified = { emailTrust: "unverified", address: null } as const;
const lookAlike = { ...verified, address: "\uff21da@example.com" };
const deactivated = candidate({ status: "deactivated" });
const unproven = candidate({ emailVerifiedAt: null });
const other = candidate({ id: "another" });

const refuse = (reason: string) => ({ kind: "refuse", reason });

describe("what a proven identity means", () => {
  it.each([
    ["nobody yet, with a verified address", nobody, verified, { kind: "create" }],
    ["nobody yet, without one", nobody, unverified, refuse("address_unverified")],
    ["nobody yet, with an address that is implied to be proven", nobody, implied, { kind: "create" }],
    [
      "a mailbox that folds to the same one, of a proven account",
      { ...nobody, byAddress: candidate() },
      lookAlike,
      refuse("address_in_use"),
    ],
    [
      "a mailbox that folds to the same one, of an account that nobody has proven",
      { ...nobody, byAddress: unproven },
      lookAlike,
      refuse("address_in_use"),
    ],
    [
      "an implied address of a proven account",
      { ...nobody, byAddress: candidate() },
      implied,
      refuse("address_in_use"),
    ],
    [
      "an implied address of an account that nobody has proven",
      { ...nobody, byAddress: unproven },
      implied,
      refuse("address_in_use"),
    ],
    [
      "an implied address of a deactivated account",
      { ...nobody, byAddress: deactivated },
      implied,
      refuse("address_in_use"),
    ],
    [
      "a known identity with an implied address of somebody else",
      { ...nobody, byIdentity: candidate(), byAddress: other },
      implied,
      { kind: "sign_in", candidate: candidate() },
    ],
    ["a known identity", { ...nobody, byIdentity: candidate() }, unverified, { kind: "sign_in" }],
    [
      "a known identity, whose address is somebody else's by now",
      { ...nobody, byIdentity: candidate(), byAddress: other },
      verified,
      { kind: "sign_in", candidate: candidate() },
    ],
    [
      "a deactivated account",
      { ...nobody, byIdentity: deactivated },
      verified,
      refuse("account_deactivated"),
    ],
    [
      "an account without a proof",
      { ...nobody, byIdentity: unproven },
      verified,
      refuse("email_not_verified"),
    ],
    [
      "a proven account of that address",
      { ...nobody, byAddress: candidate() },
      verified,
      { kind: "link_by_address" },
    ],
    [
      "one that has an identity of that provider",
      { ...nobody, byAddress: candidate({}, true) },
      verified,
      refuse("provider_linked"),
    ],
    [
      "an unproven account of that address",
      { ...nobody, byAddress: unproven },
      verified,
      { kind: "take_over" },
    ],
    [
      "a deactivated one of that address",
      { ...nobody, byAddress: deactivated },
      verified,
      refuse("account_deactivated"),
    ],
    [
      "a deactivated one that nobody has proven",
      { ...nobody, byAddress: candidate({ status: "deactivated", emailVerifiedAt: null }) },
      verified,
      refuse("account_deactivated"),
    ],
  ])("%s", (_what, facts, claim, decision) => {
    expect(judgeSocial(facts, claim)).toMatchObject(decision);
  });
});

describe("what becomes of an identity that an owner has asked for", () => {
  const byProof = { accountId: "an id", hasProvider: false };
  const own = { accountId: "an id" };
  const foreign = { accountId: "another" };
  it.each([
    ["a proof that does not hold", { byIdentity: null, byProof: null }, refuse("reauthentication_expired")],
    ["that, of their own identity", { byIdentity: own, byProof: null }, refuse("reauthentication_expired")],
    ["nobody's identity", { byIdentity: null, byProof }, { kind: "link", accountId: "an id" }],
    [
      "their own",
      { byIdentity: own, byProof: { ...byProof, hasProvider: true } },
      { kind: "already_linked" },
    ],
    ["another's", { byIdentity: foreign, byProof }, refuse("identity_taken")],
    [
      "a second one of one provider",
      { byIdentity: null, byProof: { ...byProof, hasProvider: true } },
      refuse("provider_linked"),
    ],
  ])("%s", (_what, facts, decision) => {
    expect(judgeLink(facts)).toEqual(decision);
  });
});

it.each([
  ["verified", true],
  ["implied", false],
  ["unverified", false],
] as const)("a superuser is made by an address that is %s: %j", (trust, may) => {
  expect(mayBootstrap(trust)).toBe(may);
});

describe("a name of a provider", () => {
  it.each([
    [null, null],
    ["", null],
    [" \u0000\u200b ", null],
    ["Ada", "Ada"],
    ["Ada\r\nBcc: x@example.com", "Ada Bcc: x@example.com"],
    ["\ud800Ada", "\ufffdAda"],
    [`${"a".repeat(63)} b`, "a".repeat(63)],
  ])("%j becomes %j", (said, kept) => {
    expect(cleanName(said)).toBe(kept);
  });
});
