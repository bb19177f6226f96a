import { env } from "cloudflare:workers";
import { decodeProtectedHeader } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Env } from "../../../src/composition/bindings.ts";
import { MINUTE, SECOND } from "../../../src/core/clock.ts";
import { resourceList } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { type Service, startService } from "../../support/service.ts";
import { registerAndLogIn } from "../../support/users.ts";

const VARIABLES = { RESOURCES: resourceList("notes"), ACCESS_TOKEN_TTL: "900" };

/** Each entry presents a token to one isolate, which remembers it. */
const presenters = {
  "GET /me": (service: Service) => async (token: string) => (await service.get("/me", token)).status === 200,
  "RPC verifyToken": (service: Service) => {
    const caller = createRpcCaller(service);
    return async (token: string) => (await caller.call("verifyToken", token)).ok;
  },
};

function countVerifications() {
  const verify = vi.spyOn(crypto.subtle, "verify");
  onTestFinished(() => verify.mockRestore());
  return () => verify.mock.calls.length;
}

describe.each(Object.entries(presenters))(
  "an access token that an isolate has verified: %s",
  (_name, present) => {
    it("is verified once, and again in another isolate", async () => {
      const service = startService({ env: VARIABLES });
      const { token } = await registerAndLogIn(service);
      const isValid = present(service);
      const verifications = countVerifications();
      for (let time = 0; time < 3; time += 1) expect(await isValid(token)).toBe(true);
      expect(verifications()).toBe(1);
      const other = startService({ env: VARIABLES, clock: service.clock });
      expect(await present(other)(token)).toBe(true);
      expect(verifications()).toBe(2);
    });

    it("is rejected once it has expired", async () => {
      const service = startService({ env: VARIABLES });
      const { token } = await registerAndLogIn(service);
      const isValid = present(service);
      expect(await isValid(token)).toBe(true);
      service.clock.advance(901 * SECOND);
      expect(await isValid(token)).toBe(false);
    });

    it("is rejected once its signing key is no longer published", async () => {
      const service = startService({ env: VARIABLES });
      const { token } = await registerAndLogIn(service);
      const isValid = present(service);
      expect(await isValid(token)).toBe(true);
      const { kid } = decodeProtectedHeader(token);
      await env.DB.prepare("DELETE FROM signing_keys WHERE kid = ?").bind(kid).run();
      // Longer than an isolate uses the keys that it has read.
      service.clock.advance(6 * MINUTE);
      expect(await isValid(token)).toBe(false);
    });

    it("is rejected once its session has ended", async () => {
      const service = startService({ env: VARIABLES });
      const { token } = await registerAndLogIn(service);
      const isValid = present(service);
      expect(await isValid(token)).toBe(true);
      await service.post("/logout", undefined, token);
      expect(await isValid(token)).toBe(false);
    });

    it("is rejected with another signature", async () => {
      const service = startService({ env: VARIABLES });
      const { token } = await registerAndLogIn(service);
      const { token: other } = await registerAndLogIn(service);
      const isValid = present(service);
      expect(await isValid(token)).toBe(true);
      const signature = other.split(".")[2];
      expect(await isValid(token.replace(/[^.]+$/, String(signature)))).toBe(false);
    });
  },
);

describe("an access token that an isolate has verified for one audience", () => {
  it("is rejected for each other audience, in either order", async () => {
    const service = startService({ env: VARIABLES });
    const { token: ownToken, refreshToken } = await registerAndLogIn(service);
    const { token: notes } = (await service.post("/refresh", { refreshToken, audience: "notes" })).body.data;
    const caller = createRpcCaller(service);
    for (let time = 0; time < 2; time += 1) {
      for (const [audience, own, foreign] of [
        ["gatehouse", ownToken, notes],
        ["notes", notes, ownToken],
      ]) {
        expect(await caller.call("verifyToken", own, { audience })).toMatchObject({ ok: true });
        expect(await caller.call("verifyToken", foreign, { audience })).toEqual({
          ok: false,
          reason: "audience_mismatch",
        });
      }
      expect((await service.get("/me", ownToken)).status).toBe(200);
      expect((await service.get("/me", notes)).status).toBe(401);
    }
  });

  it("is rejected in another environment of the same isolate", async () => {
    const service = startService({ env: VARIABLES });
    const { token } = await registerAndLogIn(service);
    expect((await service.get("/me", token)).status).toBe(200);
    const { env: own, composition, clock } = service;
    const env = { ...own, PUBLIC_URL: "http://shop.test" } as Env;
    const other = startService({ clock, isolate: { composition, env } });
    expect((await other.get("/me", token)).status).toBe(401);
  });
});
