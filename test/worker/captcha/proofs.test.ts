import { describe, expect, it } from "vitest";
import { createCaptchaProof } from "../../../src/captcha/create-captcha-proof.ts";
import type { CaptchaVerdict } from "../../../src/captcha/port.ts";
import { requireCaptcha } from "../../../src/captcha/require-captcha.ts";
import { captchaProofStore } from "../../../src/captcha/store.ts";
import { hashOneTimeToken } from "../../../src/core/crypto/one-time-token.ts";
import { Unavailable } from "../../../src/core/unavailable.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { ip, openRoom, PROVIDER_TOKEN, passing, proofFrom, rows } from "./captcha-service.ts";

const MINUTE = 60_000;

describe("succeeds", () => {
  it("trades a passed captcha for a proof of 256 bits that lives 5 minutes", async () => {
    const { deps, meter, requests } = await openRoom();
    const result = await createCaptchaProof(deps, { token: PROVIDER_TOKEN, ip });
    expect(result).toEqual({
      outcome: "passed",
      expiresIn: 300,
      proof: expect.stringMatching(/^hp_[\w-]{43}$/),
    });
    expect(meter.d1).toBe(1);
    expect(await requests()).toHaveLength(1);
  });

  it("asks the provider about the action `prove`", async () => {
    const { deps } = await openRoom();
    const { captcha, seen } = passing();
    await createCaptchaProof({ ...deps, captcha }, { token: PROVIDER_TOKEN, ip });
    expect(seen).toEqual([{ token: PROVIDER_TOKEN, ip, action: "prove" }]);
  });

  it("takes a proof until its 5 minutes are over, in one statement and without the provider", async () => {
    const room = await openRoom();
    const proof = await proofFrom(room);
    room.clock.advance(5 * MINUTE - 1);
    const before = room.meter.d1;
    expect(await room.use(proof)).toBe("human");
    expect(room.meter.d1 - before).toBe(1);
    expect(await room.requests()).toHaveLength(1);
  });

  it("takes a provider's token by asking about the very action, and leaves D1 alone", async () => {
    const { deps, meter } = await openRoom();
    const { captcha, seen } = passing();
    for (const action of ["register", "forgot", "login"] as const) {
      const claim = { token: PROVIDER_TOKEN, action, ip, asked: true };
      expect(await requireCaptcha({ ...deps, captcha }, claim)).toBe("human");
    }
    expect(seen).toEqual(
      ["register", "forgot", "login"].map((action) => ({ token: PROVIDER_TOKEN, ip, action })),
    );
    expect(meter.d1).toBe(0);
  });

  it("asks for nothing where captchas are off, or the policy does not ask", async () => {
    const room = await openRoom();
    const proof = await proofFrom(room);
    const asking = (await room.requests()).length;
    for (const token of [undefined, PROVIDER_TOKEN, proof]) {
      expect(await room.use(token, true, null)).toBe("human");
      expect(await room.use(token, false)).toBe("human");
    }
    expect(await room.requests()).toHaveLength(asking);
    // The proof that came unasked is still good.
    expect(await room.use(proof)).toBe("human");
  });
});

describe("refuses", () => {
  it("nothing at all, and an empty token, with captcha_required", async () => {
    const { use, requests } = await openRoom();
    expect([await use(undefined), await use("")]).toEqual(["captcha_required", "captcha_required"]);
    expect(await requests()).toEqual([]);
  });

  it.each<[CaptchaVerdict, { status?: number; body?: object }, string]>([
    ["failed", { body: { success: false, "error-codes": ["timeout-or-duplicate"] } }, "captcha_failed"],
    ["unavailable", { status: 500 }, "unavailable"],
    ["unavailable", { body: { success: false, "error-codes": ["invalid-input-secret"] } }, "unavailable"],
  ])("what the provider says is %s: %j", async (outcome, siteverify, refusal) => {
    const before = await rows();
    const { deps, use } = await openRoom(siteverify);
    expect(await createCaptchaProof(deps, { token: PROVIDER_TOKEN, ip })).toEqual({ outcome });
    expect(await use(PROVIDER_TOKEN)).toBe(refusal);
    expect(await rows()).toEqual(before);
  });

  it("a proof at the instant at which it expires", async () => {
    const room = await openRoom();
    const proof = await proofFrom(room);
    room.clock.advance(5 * MINUTE);
    expect(await room.use(proof)).toBe("captcha_failed");
  });

  it("a second use", async () => {
    const room = await openRoom();
    const proof = await proofFrom(room);
    expect([await room.use(proof), await room.use(proof)]).toEqual(["human", "captcha_failed"]);
  });

  it("to prove anything where captchas are off", async () => {
    const { deps } = await openRoom();
    expect(await createCaptchaProof({ ...deps, captcha: null }, { token: PROVIDER_TOKEN, ip })).toEqual({
      outcome: "off",
    });
  });
});

describe("abuse", () => {
  it("lets one of 50 parallel uses of a proof through", async () => {
    const room = await openRoom();
    const proof = await proofFrom(room);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => room.use(proof)));
    expect(outcomes.filter((outcome) => outcome === "human")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "captcha_failed")).toHaveLength(49);
  });

  it("stores a proof as its hash and nothing else", async () => {
    const room = await openRoom();
    const before = await rows();
    const proof = await proofFrom(room);
    const added = (await rows()).slice(before.length);
    expect(added).toEqual([
      { proof_hash: await hashOneTimeToken(proof), expires_at: room.clock.now() + 5 * MINUTE },
    ]);
    expect(JSON.stringify(await rows())).not.toContain(proof.slice(3));
  });

  it("never shows a proof to the provider, and never trades one for another", async () => {
    const room = await openRoom();
    const proof = await proofFrom(room);
    const asked = (await room.requests()).length;
    expect(await createCaptchaProof(room.deps, { token: proof, ip })).toEqual({ outcome: "failed" });
    expect(await room.use(proof)).toBe("human");
    expect(await room.use(proof)).toBe("captcha_failed");
    expect(await room.requests()).toHaveLength(asked);
  });

  it("takes no provider's token for a proof, though it were one's random part or its hash", async () => {
    const room = await openRoom({ body: { success: false, "error-codes": ["invalid-input-response"] } });
    const { captcha } = passing();
    const result = await createCaptchaProof({ ...room.deps, captcha }, { token: PROVIDER_TOKEN, ip });
    const proof = result.outcome === "passed" ? result.proof : "";
    for (const token of [proof.slice(3), `HP_${proof.slice(3)}`, await hashOneTimeToken(proof)]) {
      expect(await room.use(token)).toBe("captcha_failed");
    }
    expect(await room.requests()).toHaveLength(3);
    expect(await room.use(proof)).toBe("human");
  });

  it("asks neither the database nor the provider about a proof of a wrong shape", async () => {
    const room = await openRoom();
    const proof = await proofFrom(room);
    const [d1, asked] = [room.meter.d1, (await room.requests()).length];
    for (const token of ["hp_", `${proof}x`, proof.slice(0, -1), `${proof}\n`, `hp_${"é".repeat(43)}`]) {
      expect(await room.use(token)).toBe("captcha_failed");
    }
    expect([room.meter.d1, (await room.requests()).length]).toEqual([d1, asked]);
    expect(await room.use(`hp_${"A".repeat(43)}`)).toBe("captcha_failed");
    expect(await room.use(proof)).toBe("human");
  });

  it("opens to nobody while the database is out", async () => {
    const { deps } = await openRoom();
    const down = { prepare: () => ({ bind: () => ({ raw: () => Promise.reject(new Error("down")) }) }) };
    const captchaProofs = captchaProofStore(openDatabase(down as unknown as D1Database, newMeter()));
    const claim = { token: `hp_${"A".repeat(43)}`, action: "login", ip, asked: true } as const;
    const thrown = await requireCaptcha({ ...deps, captchaProofs }, claim).catch(
      (error: Error) => error.cause,
    );
    expect(thrown).toBeInstanceOf(Unavailable);
  });
});
