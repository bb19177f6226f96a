import type { Hono } from "hono";
import { APP } from "./fake-gatehouse.ts";

/** A browser at an app. It keeps cookies and follows no redirect. `initialCookies` are by name, without the prefix. */
// biome-ignore lint/suspicious/noExplicitAny: an app of any bindings
export function openBrowser(app: Hono<any>, initialCookies: Record<string, string> = {}) {
  const jar = new Map(Object.entries(initialCookies).map(([name, value]) => [`__Host-app_${name}`, value]));

  async function ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
    const Cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join("; ");
    const headers = { Accept: "text/html", ...(Cookie ? { Cookie } : {}), ...init.headers };
    const answer = await app.request(APP + path, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/; Max-Age=0(;|$)/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  return {
    ask,
    post: (path: string, headers: Record<string, string> = {}) =>
      ask(path, { method: "POST", headers: { "Sec-Fetch-Site": "same-origin", ...headers } }),
    jar,
    /** The cookies by name, without their common prefix. */
    kept: () => Object.fromEntries([...jar].map(([name, value]) => [name.replace("__Host-app_", ""), value])),
  };
}
