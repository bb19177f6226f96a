import { describe, expect, it } from "vitest";
import { createCaptchaProof } from "../../../src/captcha/create-captcha-proof.ts";
import type { CaptchaVerdict } from "../../../src/captcha/port.ts";
import { requireCaptcha } from "../../../src/captcha/require-captcha.ts";
import { captchaProofStore } from "../../../src/captcha/store.ts";
import { hashOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";
import { Unavailable } from "../../../src/core/unavailable.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import {
  createProof,
  ip,
  openCaptcha,
  PROVIDER_TOKEN,
  passingProvider,
  proofRows,
} from "./captcha-service.ts";

const MINUTE = 60_000;

describe("captcha proofs", () => {
  it("exchanges a passed captcha for a proof of 256 bits that is valid for 5 minutes", async () => {
    const { deps, meter, requests } = await openCaptcha();
    const result = await createCaptchaProof(deps, { token: PROVIDER_TOKEN, ip });
    expect(result).toEqual({
      outcome: "passed",
      expiresIn: 300,
      proof: expect.stringMatching(/^hp_[\w-]{43}$/),
    });
    expect(meter.d1).toBe(1);
    expect(await requests()).toHaveLength(1);
  });

  it("verifies a captcha for a proof with the action `prove`", async () => {
    const { deps } = await openCaptcha();
    const { captchaProvider, inputs } = passingProvider();
    await createCaptchaProof({ ...deps, captchaProvider }, { token: PROVIDER_TOKEN, ip });
    expect(inputs).toEqual([{ token: PROVIDER_TOKEN, ip, action: "prove" }]);
  });

  it("accepts a captcha proof for 5 minutes, with one statement and without the provider", async () => {
    const service = await openCaptcha();
    const proof = await createProof(service);
    service.clock.advance(5 * MINUTE - 1);
    const before = service.meter.d1;
    expect(await service.check(proof)).toBe("passed");
    expect(service.meter.d1 - before).toBe(1);
    expect(await service.requests()).toHaveLength(1);
  });

  it("verifies a provider's token with the action of the request, without D1", async () => {
    const { deps, meter } = await openCaptcha();
    const { captchaProvider, inputs } = passingProvider();
    for (const action of ["register", "forgot", "login"] as const) {
      const input = { token: PROVIDER_TOKEN, action, ip, required: true };
      expect(await requireCaptcha({ ...deps, captchaProvider }, input)).toBe("passed");
    }
    expect(inputs).toEqual(
      ["register", "forgot", "login"].map((action) => ({ token: PROVIDER_TOKEN, ip, action })),
    );
    expect(meter.d1).toBe(0);
  });

  it("requires no captcha where captchas are off or the policy does not require one", async () => {
    const service = await openCaptcha();
    const proof = await createProof(service);
    const callsBefore = (await service.requests()).length;
    for (const token of [undefined, PROVIDER_TOKEN, proof]) {
      expect(await service.check(token, true, null)).toBe("passed");
      expect(await service.check(token, false)).toBe("passed");
    }
    expect(await service.requests()).toHaveLength(callsBefore);
    // A proof that was not required was not consumed.
    expect(await service.check(proof)).toBe("passed");
  });
});

describe("captcha proofs, refusals", () => {
  it("refuses a missing and an empty captcha token with captcha_required", async () => {
    const { check, requests } = await openCaptcha();
    expect([await check(undefined), await check("")]).toEqual(["captcha_required", "captcha_required"]);
    expect(await requests()).toEqual([]);
  });

  it.each<[CaptchaVerdict, { status?: number; body?: object }, string]>([
    ["failed", { body: { success: false, "error-codes": ["timeout-or-duplicate"] } }, "captcha_failed"],
    ["unavailable", { status: 500 }, "unavailable"],
    ["unavailable", { body: { success: false, "error-codes": ["invalid-input-secret"] } }, "unavailable"],
  ])(
    "refuses a captcha token whose verdict is %s, and creates no proof: %j",
    async (outcome, siteverify, refusal) => {
      const before = await proofRows();
      const { deps, check } = await openCaptcha(siteverify);
      expect(await createCaptchaProof(deps, { token: PROVIDER_TOKEN, ip })).toEqual({ outcome });
      expect(await check(PROVIDER_TOKEN)).toBe(refusal);
      expect(await proofRows()).toEqual(before);
    },
  );

  it("refuses a captcha proof at the instant at which it expires", async () => {
    const service = await openCaptcha();
    const proof = await createProof(service);
    service.clock.advance(5 * MINUTE);
    expect(await service.check(proof)).toBe("captcha_failed");
  });

  it("refuses the second use of a captcha proof", async () => {
    const service = await openCaptcha();
    const proof = await createProof(service);
    expect([await service.check(proof), await service.check(proof)]).toEqual(["passed", "captcha_failed"]);
  });

  it("creates no captcha proof where captchas are off", async () => {
    const { deps } = await openCaptcha();
    expect(
      await createCaptchaProof({ ...deps, captchaProvider: null }, { token: PROVIDER_TOKEN, ip }),
    ).toEqual({
      outcome: "off",
    });
  });
});

describe("captcha proofs, abuse", () => {
  it("accepts one of 50 parallel uses of a captcha proof", async () => {
    const service = await openCaptcha();
    const proof = await createProof(service);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => service.check(proof)));
    expect(outcomes.filter((outcome) => outcome === "passed")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "captcha_failed")).toHaveLength(49);
  });

  it("stores only the hash of a captcha proof", async () => {
    const service = await openCaptcha();
    const before = await proofRows();
    const proof = await createProof(service);
    const added = (await proofRows()).slice(before.length);
    expect(added).toEqual([
      { proof_hash: await hashOneTimeToken(proof), expires_at: service.clock.now() + 5 * MINUTE },
    ]);
    expect(JSON.stringify(await proofRows())).not.toContain(proof.slice(3));
  });

  it("never sends a captcha proof to the provider, and never exchanges one for another", async () => {
    const service = await openCaptcha();
    const proof = await createProof(service);
    const callsBefore = (await service.requests()).length;
    expect(await createCaptchaProof(service.deps, { token: proof, ip })).toEqual({ outcome: "failed" });
    expect(await service.check(proof)).toBe("passed");
    expect(await service.check(proof)).toBe("captcha_failed");
    expect(await service.requests()).toHaveLength(callsBefore);
  });

  it("does not accept the random part or the hash of a captcha proof as the proof", async () => {
    const service = await openCaptcha({
      body: { success: false, "error-codes": ["invalid-input-response"] },
    });
    const { captchaProvider } = passingProvider();
    const result = await createCaptchaProof(
      { ...service.deps, captchaProvider },
      { token: PROVIDER_TOKEN, ip },
    );
    const proof = result.outcome === "passed" ? result.proof : "";
    for (const token of [proof.slice(3), `HP_${proof.slice(3)}`, await hashOneTimeToken(proof)]) {
      expect(await service.check(token)).toBe("captcha_failed");
    }
    expect(await service.requests()).toHaveLength(3);
    expect(await service.check(proof)).toBe("passed");
  });

  it("refuses a malformed captcha proof without D1 and without the provider", async () => {
    const service = await openCaptcha();
    const proof = await createProof(service);
    const before = [service.meter.d1, (await service.requests()).length];
    for (const token of ["hp_", `${proof}x`, proof.slice(0, -1), `${proof}\n`, `hp_${"é".repeat(43)}`]) {
      expect(await service.check(token)).toBe("captcha_failed");
    }
    expect([service.meter.d1, (await service.requests()).length]).toEqual(before);
    expect(await service.check(`hp_${"A".repeat(43)}`)).toBe("captcha_failed");
    expect(await service.check(proof)).toBe("passed");
  });

  it("throws Unavailable for a captcha proof while D1 is down", async () => {
    const { deps } = await openCaptcha();
    const down = { prepare: () => ({ bind: () => ({ raw: () => Promise.reject(new Error("down")) }) }) };
    const captchaProofs = captchaProofStore(openDatabase(down as unknown as D1Database, newMeter()));
    const input = { token: `hp_${"A".repeat(43)}`, action: "login", ip, required: true } as const;
    const thrown = await requireCaptcha({ ...deps, captchaProofs }, input).catch(
      (error: Error) => error.cause,
    );
    expect(thrown).toBeInstanceOf(Unavailable);
  });
});
