import { describe, expect, it } from "vitest";
import type { Account, Role } from "../../../../src/accounts/account.ts";
import { judgeEmailCode } from "../../../../src/authentication/email-code/rules.ts";

const account = (changes: Partial<Account>): Account => ({
  id: "7d4b1d52-7a68-4f4e-9a5b-0f1b6d9d3c11",
  email: "ada@example.com",
  deletionDueAt: null,
  emailVerifiedAt: 1,
  emailImplied: false,
  name: "Ada",
  lastName: null,
  username: null,
  age: null,
  phone: null,
  phoneVerifiedAt: null,
  avatarKey: null,
  locale: null,
  publicMetadata: null,
  role: "user",
  status: "active",
  createdAt: 0,
  updatedAt: 0,
  ...changes,
});

const judge = (changes: Partial<Account>, { isInvited = false, maySignUp = true } = {}) =>
  judgeEmailCode({ account: account(changes), isInvited }, maySignUp);

const UNVERIFIED = { emailVerifiedAt: null };
const IMPLIED = { emailVerifiedAt: null, emailImplied: true };
const INCORRECT = { refusal: "code_incorrect" };

describe("judgeEmailCode", () => {
  it("creates an account only where the address may sign up", () => {
    expect(judgeEmailCode(null, true)).toEqual({ decision: "create" });
    expect(judgeEmailCode(null, false)).toEqual(INCORRECT);
  });

  it.each(["user", "admin", "superuser"] satisfies Role[])(
    "signs in a verified %s, whatever the policy",
    (role) => {
      expect(judge({ role })).toEqual({ decision: "sign_in" });
      expect(judge({ role }, { isInvited: true, maySignUp: false })).toEqual({ decision: "sign_in" });
    },
  );

  it("takes over an unproven registration, and claims an implied address", () => {
    expect(judge(UNVERIFIED)).toEqual({ decision: "take_over" });
    expect(judge(UNVERIFIED, { maySignUp: false })).toEqual(INCORRECT);
    expect(judge(IMPLIED)).toEqual({ decision: "claim" });
    expect(judge(IMPLIED, { maySignUp: false })).toEqual({ decision: "claim" });
  });

  it.each([UNVERIFIED, IMPLIED])("leaves an invited account and one above the role user: %j", (state) => {
    expect(judge(state, { isInvited: true })).toEqual(INCORRECT);
    for (const role of ["admin", "superuser"] as const) expect(judge({ ...state, role })).toEqual(INCORRECT);
  });

  it.each([{}, UNVERIFIED, IMPLIED])("tells the owner of a deactivated account: %j", (state) => {
    expect(judge({ ...state, status: "deactivated" })).toEqual({ refusal: "account_deactivated" });
  });
});
