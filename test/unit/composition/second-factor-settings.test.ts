import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/composition/config.ts";

const base = {
  ENVIRONMENT: "development",
  AUTH_SECRET: "a secret for the tests of at least thirty-two bytes",
  PUBLIC_URL: "http://localhost:8787",
};

const settingsOf = (variables: Record<string, string>) => {
  const read = readConfig({ ...base, ...variables });
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value.settings.secondFactor;
};

const problemsOf = (variables: Record<string, string>) => {
  const read = readConfig({ ...base, ...variables });
  return read.ok ? [] : read.error.map(({ path }) => path);
};

const all = (policy: string) => ({ user: policy, admin: policy, superuser: policy });

describe("SECOND_FACTOR", () => {
  it.each([
    [{}, all("optional")],
    [{ SECOND_FACTOR: "required" }, all("required")],
    [
      { SECOND_FACTOR: "optional,admin:required" },
      { user: "optional", admin: "required", superuser: "optional" },
    ],
    [
      { SECOND_FACTOR: "superuser:required, admin:new_device, off" },
      { user: "off", admin: "new_device", superuser: "required" },
    ],
    [{ LOGIN_OTP: "off" }, all("optional")],
    [{ LOGIN_OTP: "new_device" }, all("new_device")],
    [{ LOGIN_OTP: "always" }, all("required")],
  ])("of %j is the policy of each role", (variables, policies) => {
    expect(settingsOf(variables).policies).toEqual(policies);
  });

  it.each([
    { SECOND_FACTOR: "always" },
    { SECOND_FACTOR: "admin:required" },
    { SECOND_FACTOR: "optional,required" },
    { SECOND_FACTOR: "optional,guest:required" },
  ])("of %j is refused", (variables) => {
    expect(problemsOf(variables)).toEqual(["SECOND_FACTOR"]);
  });

  it("is not set beside its earlier name", () => {
    expect(problemsOf({ SECOND_FACTOR: "optional", LOGIN_OTP: "off" })).toEqual(["LOGIN_OTP"]);
  });
});

describe("the other variables of the second factor", () => {
  it("have defaults", () => {
    expect(settingsOf({})).toMatchObject({
      kinds: ["totp", "passkey", "email_otp", "recovery_code"],
      gracePeriod: 0,
      deviceTrust: 30 * 86_400_000,
    });
  });

  it("name the kinds, the days of grace, and the days of trust", () => {
    expect(
      settingsOf({
        SECOND_FACTORS: "sms_otp, totp",
        SECOND_FACTOR_GRACE_DAYS: "14",
        TRUSTED_DEVICE_DAYS: "0",
      }),
    ).toMatchObject({ kinds: ["sms_otp", "totp"], gracePeriod: 14 * 86_400_000, deviceTrust: 0 });
  });

  it("allow no texted code without an SMS provider", () => {
    expect(settingsOf({ SECOND_FACTORS: "sms_otp,totp", SMS_PROVIDER: "off" }).kinds).toEqual(["totp"]);
  });

  it.each([
    ["SECOND_FACTORS", "fax"],
    ["SECOND_FACTOR_GRACE_DAYS", "-1"],
    ["TRUSTED_DEVICE_DAYS", "1.5"],
  ])("are refused for %s=%s", (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([name]);
  });
});
