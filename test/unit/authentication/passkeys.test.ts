import { describe, expect, it } from "vitest";
import { isAssertion } from "../../../src/authentication/passkeys/assertion.ts";
import { readClientData } from "../../../src/authentication/passkeys/client-data.ts";
import { isUserHandleOf, userHandleOf } from "../../../src/authentication/passkeys/user-handle.ts";
import { toBase64url, utf8 } from "../../../src/core/crypto/encoding.ts";

const encode = (value: unknown) =>
  toBase64url(utf8(typeof value === "string" ? value : JSON.stringify(value)));

describe("readClientData", () => {
  it.each([
    [{ challenge: "abc" }, { challenge: "abc" }],
    [{ challenge: "abc", crossOrigin: false }, { challenge: "abc" }],
    [{ challenge: "abc", crossOrigin: true }, null],
    [{ challenge: "abc", crossOrigin: "false" }, null],
    [{ challenge: "abc", topOrigin: "https://a.example" }, null],
    [{ challenge: "abc", crossOrigin: false, topOrigin: null }, null],
    [{ challenge: 7 }, null],
    [{}, null],
    [[], null],
    ["null", null],
    ["no JSON", null],
  ])("of %j is %j", (value, expected) => {
    expect(readClientData(encode(value))).toEqual(expected);
  });

  it("of text that is not base64url is null", () => {
    expect(readClientData("{}")).toBeNull();
  });
});

describe("the user handle", () => {
  it("names its account only", () => {
    const id = "0b4a3f9c-9d6e-4f4a-8a77-1f0a5f6b2c3d";
    const handle = toBase64url(userHandleOf(id));
    expect(isUserHandleOf(id, handle)).toBe(true);
    expect(isUserHandleOf(id.replace("0", "1"), handle)).toBe(false);
    for (const wrong of [null, undefined, "", "%"]) expect(isUserHandleOf(id, wrong)).toBe(false);
  });
});

describe("isAssertion", () => {
  const response = { clientDataJSON: "a", authenticatorData: "b", signature: "c" };
  const assertion = { id: "a", rawId: "a", type: "public-key", response };

  it.each([
    [assertion, true],
    [{ ...assertion, response: { ...response, userHandle: "d" } }, true],
    [{ ...assertion, response: { ...response, userHandle: null } }, true],
    [{ ...assertion, response: { ...response, userHandle: 7 } }, false],
    [{ ...assertion, response: { ...response, signature: undefined } }, false],
    [{ ...assertion, response: null }, false],
    [{ ...assertion, type: "password" }, false],
    [{ ...assertion, id: 7 }, false],
    [null, false],
    ["text", false],
  ])("of %j is %s", (value, expected) => {
    expect(isAssertion(value)).toBe(expected);
  });
});
