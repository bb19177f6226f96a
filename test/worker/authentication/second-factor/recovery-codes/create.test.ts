import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../../support/assertions.ts";
import {
  createCodes,
  registerOnKnownDevice,
  registerWithAuthenticator,
} from "../../../../support/authenticators.ts";
import { startService } from "../../../../support/service.ts";
import { accountIdOf, subjectsTo } from "../../../../support/users.ts";

const service = startService();

const create = (token: string, of = service) => of.post("/me/factors/recovery-codes", undefined, token);
const left = async (token: string) => (await service.get("/me/factors", token)).body.data.recoveryCodesLeft;
const rowsOf = async (email: string) => {
  const { results } = await service.env.DB.prepare("SELECT * FROM recovery_codes WHERE account_id = ?")
    .bind(await accountIdOf(email))
    .all<{ id: string; code_hash: string }>();
  return results;
};

describe("creating recovery codes", () => {
  it("ten codes are shown once, stored by hash, mailed about and audited", async () => {
    const { token, email } = await registerWithAuthenticator(service);
    expect(await left(token)).toBe(0);
    const codes = await createCodes(service, token);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^(?:[2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$/);
    expect(await left(token)).toBe(10);
    const stored = JSON.stringify(await rowsOf(email));
    for (const code of codes) {
      expect(stored).not.toContain(code);
      expect(stored).not.toContain(code.replaceAll("-", ""));
    }
    expect((await subjectsTo(service, email))[0]).toBe("New recovery codes for Gatehouse");
    const event = await service.env.DB.prepare(
      "SELECT details FROM audit_events WHERE account_id = ? AND type = 'recovery_codes_created'",
    )
      .bind(await accountIdOf(email))
      .first();
    expect(event).toEqual({ details: "{}" });
  });

  it("a new set replaces the earlier one", async () => {
    const { token, email } = await registerWithAuthenticator(service);
    const first = await createCodes(service, token);
    const before = (await rowsOf(email)).map(({ code_hash }) => code_hash);
    const second = await createCodes(service, token);
    expect(first.filter((code) => second.includes(code))).toEqual([]);
    const after = (await rowsOf(email)).map(({ code_hash }) => code_hash);
    expect(after).toHaveLength(10);
    expect(after.filter((hash) => before.includes(hash))).toEqual([]);
  });

  it("of parallel requests, the codes of one are left", async () => {
    const { token, email } = await registerWithAuthenticator(service);
    expect(statusCounts(await inParallel(20, () => create(token)))).toEqual({ 201: 20 });
    expect(await rowsOf(email)).toHaveLength(10);
  });

  it("takes a recent authentication", async () => {
    const { token } = await registerWithAuthenticator(service);
    await createCodes(service, token);
    service.clock.advance(11 * 60_000);
    expectErrorResponse(await create(token), 403, "reauthentication_required");
    expect(await left(token)).toBe(10);
  });

  it("takes a second factor that the codes stand in for", async () => {
    const { token, email } = await registerOnKnownDevice(service);
    expectErrorResponse(await create(token), 409, "conflict");
    expect(await rowsOf(email)).toEqual([]);
  });

  it("is refused where the service does not allow them", async () => {
    const { token } = await registerWithAuthenticator(service);
    const limited = startService({ env: { SECOND_FACTORS: "totp" }, clock: service.clock });
    expectErrorResponse(await create(token, limited), 403, "forbidden");
  });
});
