import { expect, it } from "vitest";
import { acrOf, satisfiesAcr } from "../../../src/sessions/acr.ts";

it.each([
  ["pwd", "1fa"],
  ["fed", "1fa"],
  ["otp", "1fa"],
  ["", "1fa"],
  ["pwd fed", "1fa"],
  ["otp sms", "1fa"],
  ["hwk", "1fa"],
  // Without `mfa`, the second method is no second factor of this deployment.
  ["pwd otp", "1fa"],
  ["pwd otp mfa", "2fa"],
  ["fed otp mfa", "2fa"],
  ["pwd sms mfa", "2fa"],
  ["pwd hwk mfa", "2fa"],
  ["fed swk mfa", "2fa"],
  ["mfa", "2fa"],
])("the methods %j are %s", (amr, level) => {
  expect(acrOf(amr.split(" "))).toBe(`urn:gatehouse:acr:${level}`);
});

it.each(["hwk user mfa", "swk user", "pwd otp swk user mfa"])("the methods %j are phr", (amr) => {
  expect(acrOf(amr.split(" "))).toBe("phr");
});

it("a context satisfies itself and those before it, and no unknown one", () => {
  const [one, two] = ["urn:gatehouse:acr:1fa", "urn:gatehouse:acr:2fa"] as const;
  const satisfied = ([one, two, "phr"] as const).map((acr) =>
    [one, two, "phr", "gold"].filter((required) => satisfiesAcr(acr, [required])),
  );
  expect(satisfied).toEqual([[one], [one, two], [one, two, "phr"]]);
});
