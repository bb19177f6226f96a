import { expect, it } from "vitest";
import { redact } from "../../../src/core/redact.ts";
import { firstCause, Unavailable } from "../../../src/core/unavailable.ts";

const TOKEN = "q0VbXw5r2J9-fD3kLmN8pQsTuVwXyZ01aBcDeFgHiJk";

it.each([
  ["no such column: ada@example.com", "no such column: …"],
  ['near ("ada@example.com","x"): syntax error', "near … syntax error"],
  ["bad token eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln of Ada", "bad token … of Ada"],
  [`no key for ${TOKEN}.`, "no key for …."],
  [`a key of hexadecimal digits: ${"0f".repeat(16)}`, "a key of hexadecimal digits: …"],
])("redacts an address or a token: %s", (text, redacted) => {
  expect(redact(text)).toBe(redacted);
});

it.each([
  "D1_ERROR: UNIQUE constraint failed: accounts.email_key: SQLITE_CONSTRAINT_FOREIGNKEY",
  "SOCIAL_FACEBOOK_CLIENT_SECRET must be visible ASCII characters without spaces",
  "Network connection lost.",
])("does not redact text that an operator needs: %s", (text) => expect(redact(text)).toBe(text));

it("returns class and message of the root cause, redacted", () => {
  const cause = new TypeError(`cannot read ${TOKEN}`);
  expect(firstCause(new Unavailable("d1", new Error("wrapped", { cause })))).toBe("TypeError: cannot read …");
  expect(firstCause("thrown text")).toBe("not an error");
});
