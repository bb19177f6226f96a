import { describe, expect, it } from "vitest";
import { asked, HOSTNAME, keys } from "./captcha-provider-case.ts";
import { openCheck, refusal, says } from "./captcha-provider-check.ts";

describe("turnstile's published test secrets", () => {
  const testSecret = (digit: number) => `${digit}x0000000000000000000000000000000AA`;
  const testing = (digit: number, acceptTestSecrets: boolean) => (apiBase: string) => {
    const secret = testSecret(digit);
    return { provider: "turnstile" as const, ...keys(apiBase), secret, acceptTestSecrets };
  };
  const metadata = { result_with_testing_key: true };
  // What the documentation shows, and what the service was seen to answer.
  const documented = { success: true, "error-codes": [], hostname: "localhost", action: "test", cdata: "x" };
  const seen = { success: true, "error-codes": [], hostname: "example.com", metadata };

  it.each([documented, seen])("work in development, whatever site they answer for: %j", async (said) => {
    const { verify, answer } = openCheck(testing(1, true));
    await answer(says(said));
    expect(await verify(asked)).toBe("passed");
  });

  it.each([
    [2, refusal("invalid-input-response")],
    [3, refusal("timeout-or-duplicate")],
  ])("fail in development where %ix… does", async (digit, said) => {
    const { verify, answer } = openCheck(testing(digit, true));
    await answer(says({ ...said, metadata }));
    expect(await verify(asked)).toBe("failed");
  });

  it("let no outage pass in development", async () => {
    const { verify, answer } = openCheck(testing(1, true));
    await answer(says(seen, 500));
    expect(await verify(asked)).toBe("unavailable");
  });

  it.each([1, 2, 3])("are not even asked in production: %ix…", async (digit) => {
    const { verify, answer, requests } = openCheck(testing(digit, false));
    await answer(says({ ...seen, hostname: HOSTNAME, action: "register", metadata: undefined }));
    expect(await verify(asked)).toBe("unavailable");
    expect(await requests()).toEqual([]);
  });

  it("are no excuse for a real secret in development", async () => {
    const settings = (apiBase: string) => ({ ...keys(apiBase), acceptTestSecrets: true });
    const { verify, answer } = openCheck((apiBase) => ({ provider: "turnstile", ...settings(apiBase) }));
    await answer(says(documented), says(seen), says({ ...seen, hostname: HOSTNAME }));
    expect([await verify(asked), await verify(asked), await verify(asked)]).toEqual(Array(3).fill("failed"));
  });
});
