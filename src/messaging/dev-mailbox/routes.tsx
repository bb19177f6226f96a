import { type Context, Hono, type MiddlewareHandler } from "hono";
import { parsePhoneNumber } from "../../core/phone-number.ts";
import type { DevMessage } from "./dev-message.ts";
import { MailboxPage } from "./page.tsx";
import { MAILBOX_SCRIPT } from "./script.ts";
import type { DevMailboxStore } from "./store.ts";

type Deps = { readonly mailbox: Pick<DevMailboxStore, "list"> };

const LIMIT = 100;

// A frame made by `srcdoc` inherits this policy, so the policy must allow a mail's inline styles and the logo. The frame
// is sandboxed without scripts.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src https: http: data:",
  "frame-src about:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The development mailbox: GET /dev/mailbox as a page with its script, GET /dev/mailbox.json for programs. It shows valid links
 * to any caller, so it must be mounted only in development.
 */
export function mailboxRoutes(depsOf: (c: Context) => Deps): Hono {
  const routes = new Hono();
  // For each path: a wildcard would apply to every route of the app that mounts these routes at "/".
  routes.use("/dev/mailbox", strictHeaders);
  routes.use("/dev/mailbox.json", strictHeaders);
  routes.use("/dev/mailbox.js", strictHeaders);

  routes.get("/dev/mailbox.json", async (c) => {
    const messages = await depsOf(c).mailbox.list({ to: recipientOf(c), limit: LIMIT });
    return c.json({ messages: messages.map(toJson) });
  });

  routes.get("/dev/mailbox.js", (c) => {
    c.header("Content-Type", "text/javascript; charset=utf-8");
    return c.body(MAILBOX_SCRIPT);
  });

  routes.get("/dev/mailbox", async (c) => {
    const to = recipientOf(c);
    const messages = await depsOf(c).mailbox.list({ to, limit: LIMIT });
    const view = c.req.query("view") === "text" ? "text" : "html";
    const { origin } = new URL(c.req.url);
    const page = <MailboxPage {...{ messages, to, id: c.req.query("id"), view, origin }} />;
    return c.html(`<!doctype html>${page}`);
  });

  return routes;
}

const strictHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("Cache-Control", "no-store");
  c.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  c.header("Referrer-Policy", "no-referrer");
  c.header("X-Content-Type-Options", "nosniff");
};

/**
 * The recipient in `?to=`. Only spaces mean no filter. An unescaped `+` of a phone number or an address arrives as
 * a space and is restored. A phone number may also be typed as in a form, with spaces and punctuation.
 */
function recipientOf(c: Context): string | undefined {
  const typed = c.req.query("to")?.replace(/^ (?=\d)/, "+");
  if (typed === undefined) return undefined;
  const phone = parsePhoneNumber(typed.trim());
  return phone.ok ? phone.value : typed.trim().replaceAll(" ", "+") || undefined;
}

/** Contract §2: the fields are listed, so that a new one is not exposed by accident. */
const toJson = ({ id, channel, to, subject, text, html, createdAt }: DevMessage) => ({
  id,
  channel,
  to,
  subject,
  text,
  html,
  createdAt: new Date(createdAt).toISOString(),
});
