import { get, look } from "../deploy/see-health.ts";
import type { OutsideFacts } from "./judge-outside.ts";

/** Asks a service what anybody may ask it. */
export async function gatherOutside(origin: string): Promise<OutsideFacts> {
  const seen = await look(origin);
  const [health, description, mailbox, csrf] = await Promise.all(
    ["/healthz", "/openapi.json", "/dev/mailbox.json", "/api/auth/csrf-token"].map((path) =>
      get(`${origin}${path}`),
    ),
  );
  const servers = description?.body.servers;
  const date = Date.parse(health?.headers.get("date") ?? "");
  return {
    origin,
    seen,
    announced: Array.isArray(servers) ? (servers[0] as { url?: string } | undefined)?.url : undefined,
    mailbox: mailbox?.status,
    csrfCookie: csrf?.headers.getSetCookie()[0],
    hsts: health?.headers.has("strict-transport-security") ?? false,
    clockAhead: Number.isNaN(date) ? undefined : (date - Date.now()) / 1000,
  };
}
