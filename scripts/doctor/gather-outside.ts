import type { OutsideFacts } from "./judge-outside.ts";

/** Milliseconds for one answer. */
const PATIENCE = 8_000;

/** Asks a service what anybody may ask it. */
export async function gatherOutside(origin: string): Promise<OutsideFacts> {
  const [health, keys, description, mailbox, csrf] = await Promise.all(
    ["/healthz", "/.well-known/jwks.json", "/openapi.json", "/dev/mailbox.json", "/api/auth/csrf-token"].map(
      (path) => get(`${origin}${path}`),
    ),
  );
  const listed = keys?.body.keys;
  const servers = description?.body.servers;
  const date = Date.parse(health?.headers.get("date") ?? "");
  return {
    origin,
    seen: {
      health: health ? { status: health.status } : null,
      keys: keys ? { status: keys.status, count: Array.isArray(listed) ? listed.length : 0 } : null,
    },
    announced: Array.isArray(servers) ? (servers[0] as { url?: string } | undefined)?.url : undefined,
    mailbox: mailbox?.status,
    csrfCookie: csrf?.headers.getSetCookie()[0],
    hsts: health?.headers.has("strict-transport-security") ?? false,
    clockAhead: Number.isNaN(date) ? undefined : (date - Date.now()) / 1000,
  };
}

async function get(url: string) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), redirect: "manual" });
    const body: unknown = await response.json().catch(() => null);
    return {
      status: response.status,
      headers: response.headers,
      body: { ...(body as Record<string, unknown> | null) },
    };
  } catch {
    return null;
  }
}
