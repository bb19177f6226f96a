import type { Context, MiddlewareHandler } from "hono";
import type { HttpEnv } from "./context.ts";
import type { Failure } from "./failure.ts";

type RenderPage = (c: Context, failure: Failure) => Promise<Response>;

/** Renders the failure that `refuse` recorded: as JSON, or as a page. */
export const renderFailures =
  (renderPage: RenderPage): MiddlewareHandler<HttpEnv> =>
  async (c, next) => {
    await next();
    const { failure } = c.var;
    // A page that shows its form again has a body. A later handler may have responded after all.
    if (!failure || c.res.body !== null || c.res.status !== failure.status) return;
    if (failure.code === "unauthorized") c.header("WWW-Authenticate", "Bearer");
    if (failure.retryAfter !== undefined) c.header("Retry-After", String(failure.retryAfter));
    c.res = isShownAsPage(c, failure) ? await renderPage(c, failure) : renderJson(c, failure);
  };

/**
 * The API responds in JSON, except where a browser was redirected: such a failure has a page. A page that has its
 * own text is a page for every client. The other URLs respond in HTML to clients that accept it.
 */
function isShownAsPage(c: Context, { page }: Failure): boolean {
  const acceptsHtml = c.req.header("Accept")?.includes("text/html") ?? false;
  if (c.req.path.startsWith("/api/")) return acceptsHtml && page !== undefined;
  return acceptsHtml || page !== undefined;
}

/** The error of the contract (docs/api.md). */
function renderJson(c: Context, { code, status, message, data, fields }: Failure): Response {
  const error = { code, requestId: c.get("requestId"), fields };
  return c.json({ success: false, message, data, error }, status);
}
