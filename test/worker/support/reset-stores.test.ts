import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { tinyPng } from "../../support/image-parts.ts";
import { resetStores } from "../../support/reset-stores.ts";
import { createTrackedContext, waitForRunningWork } from "../../support/running-work.ts";
import { startService } from "../../support/service.ts";
import { registerAndLogIn } from "../../support/users.ts";

const storedObjects = async () => (await env.AVATARS.list()).objects.map(({ key }) => key);

/** Long enough for a reset that waits for nothing. */
const RESET_MS = 2000;

/** Begins a reset, as before the next test file, and releases the held work when a reset that does not wait is over. */
async function resetWhileHeld(release: () => void): Promise<void> {
  const reset = resetStores();
  await Promise.race([reset, scheduler.wait(RESET_MS)]);
  release();
  await reset;
}

/** workerd drops a store from memory after ten seconds without a call. */
const IDLE_MS = 13_000;

describe("resetStores", () => {
  it("empties stores that have been idle", async () => {
    await env.AVATARS.put("idle", tinyPng);
    await env.KV.put("idle", "1");
    await registerAndLogIn(startService());
    await scheduler.wait(IDLE_MS);
    await resetStores();
    expect(await storedObjects()).toEqual([]);
    expect((await env.KV.list()).keys).toEqual([]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM accounts").first("n")).toBe(0);
  });

  it("leaves no object of an upload that a test has not waited for", async () => {
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const AVATARS = {
      put: async (...upload: Parameters<R2Bucket["put"]>) => {
        reached.resolve();
        await held.promise;
        return env.AVATARS.put(...upload);
      },
    };
    const service = startService({ env: { AVATARS } });
    const { token } = await registerAndLogIn(service);
    const upload = service.call("PUT", "/api/auth/me/avatar", tinyPng, token, {
      "Content-Type": "image/png",
    });
    await reached.promise;
    await resetWhileHeld(held.resolve);
    await upload;
    expect(await storedObjects()).toEqual([]);
  });

  it("leaves no entry of deferred work that a test has not waited for", async () => {
    const held = Promise.withResolvers<void>();
    const work = held.promise.then(() => env.KV.put("late", "1"));
    createTrackedContext("a request").waitUntil(work);
    await resetWhileHeld(held.resolve);
    await work;
    expect((await env.KV.list()).keys).toEqual([]);
  });

  it("fails when deferred work does not end, and names the request", async () => {
    const held = Promise.withResolvers<void>();
    createTrackedContext("POST /register").waitUntil(held.promise);
    await expect(waitForRunningWork(10)).rejects.toThrow("still running: deferred work of POST /register");
    held.resolve();
    await waitForRunningWork();
  });
});
