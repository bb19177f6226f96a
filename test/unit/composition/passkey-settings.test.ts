import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/composition/config.ts";

const production = {
  AUTH_SECRET: "a root secret of the unit tests, long enough",
  PUBLIC_URL: "https://auth.example.com",
  MAIL_PROVIDER: "resend",
  MAIL_API_KEY: "key",
  MAIL_FROM: "Acme <no-reply@example.com>",
};

function passkeysOf(variables: Record<string, string>) {
  const read = readConfig({ ...production, ...variables });
  return read.ok ? read.value.settings.passkeys : [...new Set(read.error.map(({ path }) => path))];
}

describe("PASSKEY_RP_ID", () => {
  it("is the host of PUBLIC_URL by default", () => {
    expect(passkeysOf({})).toEqual({
      rpId: "auth.example.com",
      origins: ["https://auth.example.com"],
    });
  });

  it("may be a domain above it", () => {
    expect(passkeysOf({ PASSKEY_RP_ID: "example.com" })).toMatchObject({ rpId: "example.com" });
  });

  it.each(["example.org", "h.example.com", "www.auth.example.com", "https://example.com", "Example.com"])(
    "must not be %j",
    (rpId) => {
      expect(passkeysOf({ PASSKEY_RP_ID: rpId })).toEqual(["PASSKEY_RP_ID"]);
    },
  );
});

describe("PASSKEY_ORIGINS", () => {
  it("adds origins to that of PUBLIC_URL", () => {
    expect(passkeysOf({ PASSKEY_ORIGINS: "https://app.example.com, https://example.net" })).toMatchObject({
      origins: ["https://auth.example.com", "https://app.example.com", "https://example.net"],
    });
  });

  it.each(["http://app.example.com", "https://app.example.com/path", "app.example.com", "*"])(
    "must not have %j in production",
    (origin) => {
      expect(passkeysOf({ PASSKEY_ORIGINS: origin })).toEqual(["PASSKEY_ORIGINS"]);
    },
  );
});
