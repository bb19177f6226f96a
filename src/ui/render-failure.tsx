import type { MiddlewareHandler } from "hono";
import type { Child } from "hono/jsx";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ErrorCode } from "../core/error-codes.ts";
import { fill } from "../core/text.ts";
import { findUnavailable } from "../core/unavailable.ts";
import type { DepsOf } from "../http/context.ts";
import type { PageContext, PageEnv, PageProps } from "./page.ts";
import { renderPlainText } from "./plain-text-page.ts";
import { loadAssets, type RenderPageDeps, renderPage, wordsOf } from "./render-page.tsx";
import type { Words } from "./words.ts";

type Message = {
  readonly title: string;
  readonly text: string;
  readonly status: ContentfulStatusCode;
  /** Whole seconds until the client may retry. */
  readonly retryAfter?: number | undefined;
  /** Replaces the link to the start page. */
  readonly more?: (p: PageProps) => Child;
};

/** Renders a page with one message. */
export const renderMessage =
  (depsOf: DepsOf<RenderPageDeps>) =>
  async (c: PageContext, { title, text, status, retryAfter, more }: Message): Promise<Response> => {
    if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
    // Routes of the API render messages too, without a page's guard.
    if (!c.get("pageAssets")) await loadAssets(c, depsOf(c));
    return renderPage(c, depsOf(c), {
      status,
      title: () => title,
      view: (p) => (
        <>
          <p class="lead">{text}</p>
          {more?.(p) ?? (
            <p>
              <a href="/">{p.t.continue}</a>
            </p>
          )}
        </>
      ),
    });
  };

/** Renders the JSON failure of a page route as a page where the browser accepts HTML. Other clients get the JSON. */
export const renderFailures =
  (depsOf: DepsOf<RenderPageDeps | undefined>): MiddlewareHandler<PageEnv> =>
  async (c, next) => {
    await next();
    const { status, headers } = c.res;
    if (status < 400 || !headers.get("Content-Type")?.startsWith("application/json")) return;
    if (c.req.path.startsWith("/api/") || !c.req.header("Accept")?.includes("text/html")) return;
    const { error } = (await c.res.clone().json()) as { error: { code: ErrorCode; requestId: string } };
    try {
      // Without a valid configuration there is no brand and no policy.
      const deps = depsOf(c);
      if (!deps) throw c.error;
      await loadAssets(c, deps);
    } catch (cause) {
      // The assets themselves may be unavailable.
      const problems = findUnavailable(cause)?.problems ?? [];
      c.res = await renderPlainText(c, error.requestId, problems);
      return;
    }
    const t = wordsOf(c);
    const sentence = t.failures[error.code];
    const text = status < 500 ? sentence : `${sentence} ${fill(t.reference, { id: error.requestId })}`;
    const retryAfter = headers.get("Retry-After");
    const message = { title: titleOf(t, status), text, status: status as ContentfulStatusCode };
    c.res = await renderMessage(depsOf as DepsOf<RenderPageDeps>)(c, message);
    if (retryAfter) c.res.headers.set("Retry-After", retryAfter);
  };

const titleOf = ({ failureTitles: titles }: Words, status: number): string =>
  status === 403 || status === 404 ? titles[status] : titles.other;
