import { expect } from "vitest";
import { openBrowser } from "./browser.ts";
import { createRpcCaller } from "./rpc.ts";
import type { Service } from "./service.ts";
import { PASSWORD } from "./users.ts";

const CLIENT = { ip: "203.0.113.9", userAgent: "Firefox" };

/** A browser with one session whose requests reach different isolates. */
export function openMixedBrowser(first: Service) {
  const current: Service = { ...first };
  const browser = openBrowser(current);
  let headers: Record<string, string> = {};
  return {
    async signIn(email: string) {
      const body = { email, password: PASSWORD, transport: "cookie" };
      const { data } = (await browser.write("POST", "/login", body)).body;
      headers = { "X-CSRF-Token": data.csrfToken };
    },
    async useAndRefresh(isolate: Service) {
      Object.assign(current, isolate);
      expect((await browser.send("GET", "/me")).status).toBe(200);
      expect((await browser.send("PATCH", "/me", { name: "Grace" }, headers)).status).toBe(200);
      expect((await browser.send("POST", "/refresh", undefined, headers)).status).toBe(200);
    },
  };
}

/** A Worker with a user's tokens whose RPC calls reach different isolates. */
export function openMixedRpcClient(initial: { readonly token: string; readonly refreshToken: string }) {
  let tokens = initial;
  return {
    async useAndRefresh(isolate: Service) {
      const worker = createRpcCaller(isolate);
      expect(await worker.call("verifyToken", tokens.token)).toMatchObject({ ok: true });
      const { refreshToken } = tokens;
      const refreshed = await worker.call("refreshSession", { refreshToken, client: CLIENT });
      if (!refreshed.ok) throw new Error(`refreshSession failed: ${refreshed.reason}`);
      tokens = refreshed;
    },
  };
}
