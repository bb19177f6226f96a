import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createSecretRing } from "../../../src/core/crypto/secret-ring.ts";
import { expectErrorResponse } from "../../support/assertions.ts";
import { startService } from "../../support/service.ts";
import { registerAndLogIn } from "../../support/users.ts";

const service = startService();

/** A refresh token, and the same with changes of its claims or header, signed by the service's secret. */
async function signer() {
  const { refreshToken } = await registerAndLogIn(service);
  const ring = await createSecretRing("a test's root secret, 32 bytes or more");
  const key = await ring.current.hmacKey("refresh-token");
  const sign = (changes: object, header: object = {}) =>
    new SignJWT({ ...decodeJwt(refreshToken), ...changes } as JWTPayload)
      .setProtectedHeader({ ...decodeProtectedHeader(refreshToken), ...header, alg: "HS256" })
      .sign(key);
  return { refreshToken, sign };
}

const expectRefused = async (refreshToken: string) =>
  expectErrorResponse(await service.post("/refresh", { refreshToken }), 401, "refresh_invalid");
const expectAccepted = async (refreshToken: string): Promise<string> => {
  const answer = await service.post("/refresh", { refreshToken });
  expect(answer.status).toBe(200);
  return answer.body.data.refreshToken;
};

describe("a refresh token", () => {
  it.each(["unknown", undefined, 7, null])(
    "is refused if it names no key of this service: %j",
    async (kid) => {
      const { refreshToken, sign } = await signer();
      await expectRefused(await sign({}, { kid }));
      await expectAccepted(refreshToken);
    },
  );

  it.each([
    ["sub", 7],
    ["sub", null],
    ["sid", 7],
    ["sid", {}],
    ["gen", {}],
  ])("is refused if a claim has another type: %s = %j", async (claim, value) => {
    const { sign } = await signer();
    await expectRefused(await sign({ [claim]: value }));
    await expectAccepted(await sign({}));
  });

  it("is no reuse, and its session goes on, if its generation is between two generations", async () => {
    const { refreshToken, sign } = await signer();
    const successor = await expectAccepted(refreshToken);
    await expectRefused(await sign({ gen: 1.5 }));
    await expectAccepted(successor);
  });

  it("is not called invalid when the service cannot verify it", async () => {
    const { refreshToken } = await registerAndLogIn(service);
    const other = startService({ clock: service.clock });
    const derive = crypto.subtle.deriveBits.bind(crypto.subtle);
    const failing = vi.spyOn(crypto.subtle, "deriveBits").mockImplementation(async (algorithm, ...rest) => {
      const { info } = algorithm as { info?: Uint8Array };
      if (info && new TextDecoder().decode(info) === "refresh-token") throw new Error("out of memory");
      return derive(algorithm, ...rest);
    });
    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => {
      failing.mockRestore();
      errors.mockRestore();
    });
    expect((await other.post("/refresh", { refreshToken })).status).toBe(500);
    failing.mockRestore();
    expect((await other.post("/refresh", { refreshToken })).status).toBe(200);
  });
});
