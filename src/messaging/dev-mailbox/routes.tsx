import { type Context, Hono, type MiddlewareHandler } from "hono";
import type { DevMessage } from "./dev-message.ts";
import { MailboxPage } from "./page.tsx";

type Deps = {
  readonly mailbox: {
    /** At most `limit` messages, newest first; only those to exactly `to` when that is given. */
    list(filter: { to?: string; limit: number }): Promise<DevMessage[]>;
  };
};

const LIMIT = 100;

// The page runs no script. The mails that it shows live under the same policy, since a frame made by
// `srcdoc` inherits it; so their inline styles and a brand's logo are let through.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src https: http: data:",
  "frame-src about:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The development mailbox: GET /dev/mailbox for a person, GET /dev/mailbox.json for a program. It
 * shows live links to whoever asks, so it must be mounted in development alone.
 */
export function mailboxRoutes(depsOf: (c: Context) => Deps): Hono {
  const routes = new Hono();
  // Path by path: a wildcard here would reach every route of the app that mounts these at "/".
  routes.use("/dev/mailbox", strictHeaders);
  routes.use("/dev/mailbox.json", strictHeaders);

  routes.get("/dev/mailbox.json", async (c) => {
    const messages = await depsOf(c).mailbox.list({ to: recipientOf(c), limit: LIMIT });
    return c.json({ messages: messages.map(toJson) });
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
 * `?to=`, where spaces alone are no filter. A `+` that was not escaped arrives as a space, before a
 * phone number or inside an address, and is put back: neither holds spaces of its own.
 */
const recipientOf = (c: Context): string | undefined =>
  c.req
    .query("to")
    ?.replace(/^ (?=\d)/, "+")
    .trim()
    .replaceAll(" ", "+") || undefined;

/** Contract §2: field by field, so that a new one does not come out by itself. */
const toJson = ({ id, channel, to, subject, text, html, createdAt }: DevMessage) => ({
  id,
  channel,
  to,
  subject,
  text,
  html,
  createdAt: new Date(createdAt).toISOString(),
});
