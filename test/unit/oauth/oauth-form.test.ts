import { describe, expect, it } from "vitest";
import { readOAuthForm } from "../../../src/oauth/oauth-form.ts";

const FORM = "application/x-www-form-urlencoded";
const read = (body: string | Uint8Array<ArrayBuffer>, type = FORM) =>
  readOAuthForm(
    new Request("https://auth.example/oauth/token", {
      method: "POST",
      headers: { "Content-Type": type },
      body,
    }),
  );

describe("readOAuthForm", () => {
  it.each([FORM, `${FORM}; charset=UTF-8`, "Application/X-WWW-Form-Urlencoded"])("reads %s", async (type) => {
    const form = await read("grant_type=refresh_token&scope=a+b%20c&empty=", type);
    expect(form.ok && [...form.value]).toEqual([
      ["grant_type", "refresh_token"],
      ["scope", "a b c"],
    ]);
  });

  it.each([
    ["another media type", "a=1", "application/json"],
    ["a multipart body", "a=1", "multipart/form-data; boundary=x"],
    ["a longer media type", "a=1", `${FORM}x`],
    ["a repeated parameter", "a=1&b=2&a=1", FORM],
    ["a repeated parameter without a value", "a=&a=1", FORM],
    ["a body over 64 KiB", `a=${"x".repeat(64 * 1024)}`, FORM],
    ["bytes that are not UTF-8", new Uint8Array([0x61, 0x3d, 0xff]), FORM],
  ])("refuses %s", async (_name, body, type) => {
    expect(await read(body, type)).toMatchObject({ ok: false, error: { error: "invalid_request" } });
  });

  it("refuses several resources as such", async () => {
    const form = await read("resource=https://a.example&resource=https://b.example");
    expect(form).toMatchObject({ ok: false, error: { error: "invalid_target" } });
  });
});
