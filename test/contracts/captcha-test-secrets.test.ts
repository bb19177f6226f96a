import { describe, expect, it } from "vitest";
import { claim, HOSTNAME, keys } from "./captcha-provider-case.ts";
import { openCaptcha, refusal, responds } from "./captcha-provider-check.ts";

describe("Turnstile's published test secrets", () => {
  const testSecret = (digit: number) => `${digit}x0000000000000000000000000000000AA`;
  const testing = (digit: number, acceptTestSecrets: boolean) => (apiBase: string) => {
    const secret = testSecret(digit);
    return { provider: "turnstile" as const, ...keys(apiBase), secret, acceptTestSecrets };
  };
  const metadata = { result_with_testing_key: true };
  // The documented response, and the response of the real service.
  const documented = { success: true, "error-codes": [], hostname: "localhost", action: "test", cdata: "x" };
  const observed = { success: true, "error-codes": [], hostname: "example.com", metadata };

  it.each([documented, observed])(
    "accepts a test secret in development for any hostname: %j",
    async (response) => {
      const { verify, answer } = openCaptcha(testing(1, true));
      await answer(responds(response));
      expect(await verify(claim)).toBe("passed");
    },
  );

  it.each([
    [2, refusal("invalid-input-response")],
    [3, refusal("timeout-or-duplicate")],
  ])("fails in development with the failing test secret %ix…", async (digit, response) => {
    const { verify, answer } = openCaptcha(testing(digit, true));
    await answer(responds({ ...response, metadata }));
    expect(await verify(claim)).toBe("failed");
  });

  it("returns unavailable for a test secret in development if the provider is down", async () => {
    const { verify, answer } = openCaptcha(testing(1, true));
    await answer(responds(observed, 500));
    expect(await verify(claim)).toBe("unavailable");
  });

  it.each([1, 2, 3])("rejects the test secret %ix… in production without a request", async (digit) => {
    const { verify, answer, requests } = openCaptcha(testing(digit, false));
    await answer(responds({ ...observed, hostname: HOSTNAME, action: "register", metadata: undefined }));
    expect(await verify(claim)).toBe("unavailable");
    expect(await requests()).toEqual([]);
  });

  it("checks hostname and action of a real secret in development", async () => {
    const settings = (apiBase: string) => ({ ...keys(apiBase), acceptTestSecrets: true });
    const { verify, answer } = openCaptcha((apiBase) => ({ provider: "turnstile", ...settings(apiBase) }));
    await answer(responds(documented), responds(observed), responds({ ...observed, hostname: HOSTNAME }));
    expect([await verify(claim), await verify(claim), await verify(claim)]).toEqual(Array(3).fill("failed"));
  });
});
