import { describe, expect, it } from "vitest";
import type { Account } from "../../../../src/accounts/account.ts";
import { NEW_ACCOUNT_FACTS } from "../../../../src/authentication/second-factor/second-factor.ts";
import {
  type CandidateAccount,
  cleanName,
  judgeLink,
  judgeSignIn,
  mayBootstrap,
} from "../../../../src/authentication/social/account-linking-rules.ts";

const account = (more: Partial<Account> = {}): Account => ({
  id: "an id",
  email: "ada@example.com",
  emailVerifiedAt: 1,
  emailImplied: false,
  name: "Ada",
  lastName: null,
  username: null,
  age: null,
  phone: null,
  phoneVerifiedAt: null,
  avatarKey: null,
  publicMetadata: null,
  locale: null,
  role: "user",
  status: "active",
  deletionDueAt: null,
  createdAt: 1,
  updatedAt: 1,
  ...more,
});
const candidate = (
  more: Partial<Account> = {},
  hasProvider = false,
  isInvited = false,
): CandidateAccount => ({
  account: account(more),
  factorFacts: NEW_ACCOUNT_FACTS,
  devicesKnownSince: 0,
  presentedDevices: [],
  hasProvider,
  isInvited,
});
const noAccount = { byIdentity: null, byAddress: null };
const address = "Ada@example.com";
const verified = { emailTrust: "verified", address } as const;
const implied = { emailTrust: "implied", address } as const;
const unverified = { emailTrust: "unverified", address: null } as const;
const confusable = { ...verified, address: "\uff21da@example.com" };
const deactivated = candidate({ status: "deactivated" });
const unverifiedAccount = candidate({ emailVerifiedAt: null });
const impliedAccount = candidate({ emailVerifiedAt: null, emailImplied: true });
const otherAccount = candidate({ id: "another" });

const refuse = (reason: string) => ({ kind: "refuse", reason });

describe("judgeSignIn", () => {
  it.each([
    [
      "creates an account for a new identity with a verified address",
      noAccount,
      verified,
      { kind: "create" },
    ],
    [
      "refuses a new identity without a verified address",
      noAccount,
      unverified,
      refuse("address_unverified"),
    ],
    ["creates an account for a new identity with an implied address", noAccount, implied, { kind: "create" }],
    [
      "refuses a confusable spelling of a verified account's address",
      { ...noAccount, byAddress: candidate() },
      confusable,
      refuse("address_in_use"),
    ],
    [
      // The account gets the address that the provider has verified.
      "takes over an unproven registration with another spelling of the address",
      { ...noAccount, byAddress: unverifiedAccount },
      confusable,
      { kind: "take_over" },
    ],
    [
      "claims the account whose address another provider had only implied",
      { ...noAccount, byAddress: impliedAccount },
      verified,
      { kind: "claim" },
    ],
    [
      "claims an implied account that has an identity of the same provider",
      { ...noAccount, byAddress: { ...impliedAccount, hasProvider: true } },
      verified,
      { kind: "claim" },
    ],
    [
      "refuses an implied address of an account whose address is only implied",
      { ...noAccount, byAddress: impliedAccount },
      implied,
      refuse("address_in_use"),
    ],
    [
      "signs in a linked identity of an account whose address is only implied",
      { ...noAccount, byIdentity: impliedAccount },
      implied,
      { kind: "sign_in" },
    ],
    [
      "refuses to take over an invited account",
      { ...noAccount, byAddress: candidate({ emailVerifiedAt: null }, false, true) },
      verified,
      refuse("invitation_open"),
    ],
    [
      "refuses to take over an unverified admin whose invitation has expired",
      { ...noAccount, byAddress: candidate({ emailVerifiedAt: null, role: "admin" }) },
      verified,
      refuse("address_in_use"),
    ],
    [
      "refuses to claim an admin whose address is only implied",
      { ...noAccount, byAddress: candidate({ emailVerifiedAt: null, emailImplied: true, role: "admin" }) },
      verified,
      refuse("address_in_use"),
    ],
    [
      "refuses an implied address of a verified account",
      { ...noAccount, byAddress: candidate() },
      implied,
      refuse("address_in_use"),
    ],
    [
      "refuses an implied address of an unverified account",
      { ...noAccount, byAddress: unverifiedAccount },
      implied,
      refuse("address_in_use"),
    ],
    [
      "refuses an implied address of a deactivated account",
      { ...noAccount, byAddress: deactivated },
      implied,
      refuse("address_in_use"),
    ],
    [
      "signs in a linked identity whose implied address belongs to another account",
      { ...noAccount, byIdentity: candidate(), byAddress: otherAccount },
      implied,
      { kind: "sign_in", candidate: candidate() },
    ],
    [
      "signs in a linked identity with an unverified address",
      { ...noAccount, byIdentity: candidate() },
      unverified,
      { kind: "sign_in" },
    ],
    [
      "signs in a linked identity whose verified address belongs to another account",
      { ...noAccount, byIdentity: candidate(), byAddress: otherAccount },
      verified,
      { kind: "sign_in", candidate: candidate() },
    ],
    [
      "refuses a linked identity of a deactivated account",
      { ...noAccount, byIdentity: deactivated },
      verified,
      refuse("account_deactivated"),
    ],
    [
      "refuses a linked identity of an unverified account",
      { ...noAccount, byIdentity: unverifiedAccount },
      verified,
      refuse("email_not_verified"),
    ],
    [
      "links a new identity to the verified account with its address",
      { ...noAccount, byAddress: candidate() },
      verified,
      { kind: "link_by_address" },
    ],
    [
      "refuses a second identity of the same provider by address",
      { ...noAccount, byAddress: candidate({}, true) },
      verified,
      refuse("provider_linked"),
    ],
    [
      "takes over the unverified account with the identity's address",
      { ...noAccount, byAddress: unverifiedAccount },
      verified,
      { kind: "take_over" },
    ],
    [
      "refuses a new identity with the address of a deactivated account",
      { ...noAccount, byAddress: deactivated },
      verified,
      refuse("account_deactivated"),
    ],
    [
      "refuses a new identity with the address of a deactivated, unverified account",
      { ...noAccount, byAddress: candidate({ status: "deactivated", emailVerifiedAt: null }) },
      verified,
      refuse("account_deactivated"),
    ],
  ])("%s", (_title, facts, claim, decision) => {
    expect(judgeSignIn(facts, claim)).toMatchObject(decision);
  });
});

describe("judgeLink", () => {
  const byProof = { accountId: "an id", hasProvider: false };
  const own = { accountId: "an id" };
  const anotherAccount = { accountId: "another" };
  it.each([
    [
      "refuses a new identity after an expired reauthentication",
      { byIdentity: null, byProof: null },
      refuse("reauthentication_expired"),
    ],
    [
      "refuses the account's own identity after an expired reauthentication",
      { byIdentity: own, byProof: null },
      refuse("reauthentication_expired"),
    ],
    [
      "links an identity that no account has",
      { byIdentity: null, byProof },
      { kind: "link", accountId: "an id" },
    ],
    [
      "reports an identity that is already linked to the account",
      { byIdentity: own, byProof: { ...byProof, hasProvider: true } },
      { kind: "already_linked" },
    ],
    [
      "refuses an identity of another account",
      { byIdentity: anotherAccount, byProof },
      refuse("identity_taken"),
    ],
    [
      "refuses a second identity of the same provider",
      { byIdentity: null, byProof: { ...byProof, hasProvider: true } },
      refuse("provider_linked"),
    ],
  ])("%s", (_title, facts, decision) => {
    expect(judgeLink(facts)).toEqual(decision);
  });
});

it.each([
  ["verified", true],
  ["implied", false],
  ["unverified", false],
] as const)("mayBootstrap of an address that is %s returns %j", (trust, allowed) => {
  expect(mayBootstrap(trust)).toBe(allowed);
});

describe("cleanName", () => {
  it.each([
    [null, null],
    ["", null],
    [" \u0000\u200b ", null],
    ["Ada", "Ada"],
    ["Ada\r\nBcc: x@example.com", "Ada Bcc: x@example.com"],
    ["\ud800Ada", "\ufffdAda"],
    [`${"a".repeat(63)} b`, "a".repeat(63)],
  ])("cleanName turns %j into %j", (name, cleaned) => {
    expect(cleanName(name)).toBe(cleaned);
  });
});
