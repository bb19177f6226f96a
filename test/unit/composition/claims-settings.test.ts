import { describe, expect, it } from "vitest";
import { readClaimsSettings } from "../../../src/composition/claims-settings.ts";

describe("the settings of custom claims", () => {
  it("are half a second, a minute and closed, unless they are set", () => {
    expect(readClaimsSettings({})).toEqual({
      settings: { timeoutMs: 500, ttl: 60, onFailure: "closed", prefix: null },
    });
    const given = {
      CLAIMS_TIMEOUT_MS: "50",
      CLAIMS_TTL: "0",
      CLAIMS_ON_FAILURE: "open",
      CLAIMS_PREFIX: "acme_",
    };
    expect(readClaimsSettings(given)).toEqual({
      settings: { timeoutMs: 50, ttl: 0, onFailure: "open", prefix: "acme_" },
    });
  });

  it.each([
    ["CLAIMS_TIMEOUT_MS", "49"],
    ["CLAIMS_TIMEOUT_MS", "5001"],
    ["CLAIMS_TIMEOUT_MS", "0.5"],
    ["CLAIMS_TTL", "-1"],
    ["CLAIMS_TTL", "901"],
    ["CLAIMS_TTL", "a minute"],
    ["CLAIMS_ON_FAILURE", "half"],
    ["CLAIMS_PREFIX", "acme"],
    ["CLAIMS_PREFIX", "_"],
    ["CLAIMS_PREFIX", "Acme_"],
    ["CLAIMS_PREFIX", "_acme_"],
  ])("%s must not be %j", (name, value) => {
    const read = readClaimsSettings({ [name]: value });
    expect("problems" in read && read.problems.map(({ path }) => path)).toEqual([name]);
    expect(JSON.stringify(read)).not.toContain(`"${value}"`);
  });
});
