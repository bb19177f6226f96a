import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../support/outbox.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, register, registerVerifiedUser, tokenMailedTo } from "../../../support/users.ts";

const service = startService();

/** Asks for a reset link, at an instant of its own. */
async function resetLinkOf(email: string): Promise<string> {
  service.clock.advance(1000);
  await service.post("/forgot-password", { email });
  return tokenMailedTo(service, email);
}

const statusOf = async (path: "verify-email" | "reset-password", token: string) =>
  (await service.get(`/${path}?token=${token}`)).status;

/** When the links of an account became void, oldest link first, in milliseconds since `start`. */
async function voidedAfter(email: string, start: number): Promise<(number | null)[]> {
  const query = "SELECT consumed_at FROM email_tokens WHERE account_id = ? ORDER BY created_at";
  const { results } = await env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ consumed_at: number | null }>();
  return results.map(({ consumed_at }) => consumed_at && consumed_at - start);
}

describe("a request for a reset link", () => {
  it("leaves the links of other users valid, and counts none of them", async () => {
    const { email } = await registerVerifiedUser(service);
    const { email: other } = await registerVerifiedUser(service);
    const own = [await resetLinkOf(email)];
    const others = [await resetLinkOf(other), await resetLinkOf(other)];
    own.push(await resetLinkOf(email), await resetLinkOf(email));
    for (const token of [...own, ...others]) expect(await statusOf("reset-password", token)).toBe(200);
  });

  it("leaves the verification link of the account valid", async () => {
    const { email } = await register(service);
    const token = await tokenMailedTo(service, email);
    for (let count = 0; count < 3; count += 1) await resetLinkOf(email);
    expect(await statusOf("verify-email", token)).toBe(200);
  });
});

// Each written row counts for the bill of D1.
describe("a link that a newer one replaces", () => {
  it("is written once if it is a reset link", async () => {
    const { email } = await registerVerifiedUser(service);
    const start = service.clock.now();
    for (let count = 0; count < 5; count += 1) await resetLinkOf(email);
    expect(await voidedAfter(email, start)).toEqual([4000, 5000, null, null, null]);
  });

  it("is not written if it expires at the same instant", async () => {
    const { email } = await registerVerifiedUser(service);
    await resetLinkOf(email);
    const start = service.clock.now();
    for (let count = 0; count < 2; count += 1) await resetLinkOf(email);
    service.clock.advance(start + 30 * MINUTE - 1000 - service.clock.now());
    await resetLinkOf(email);
    expect(await voidedAfter(email, start)).toEqual([null, null, null, null]);
  });

  it("is written once if it is a verification link", async () => {
    const { email } = await register(service);
    const start = service.clock.now();
    for (let count = 0; count < 2; count += 1) {
      service.clock.advance(1000);
      await service.post("/verify-email/resend", { email });
    }
    expect(await voidedAfter(email, start)).toEqual([1000, 2000, null]);
  });
});
