import { expect, it } from "vitest";
import { acrOf } from "../../../src/sessions/acr.ts";

it.each([
  ["pwd", "1fa"],
  ["fed", "1fa"],
  ["otp", "1fa"],
  ["", "1fa"],
  ["pwd fed", "1fa"],
  ["otp sms", "1fa"],
  ["hwk", "1fa"],
  ["pwd otp", "2fa"],
  ["fed otp", "2fa"],
  ["pwd sms", "2fa"],
  ["hwk user mfa", "phr"],
  ["mfa", "2fa"],
])("the methods %j are %s", (amr, level) => {
  expect(acrOf(amr.split(" "))).toBe(level === "phr" ? level : `urn:gatehouse:acr:${level}`);
});
