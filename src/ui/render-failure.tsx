import type { Child } from "hono/jsx";
import { fill } from "../core/text.ts";
import { findUnavailable } from "../core/unavailable.ts";
import type { DepsOf } from "../http/context.ts";
import type { Failure, FailurePage } from "../http/failure.ts";
import { refreshCookie } from "../http/session-cookies.ts";
import type { PageContext, PageProps } from "./page.ts";
import { SupportLink } from "./page-links.tsx";
import { renderPlainText } from "./plain-text-page.ts";
import { loadAssets, type RenderPageDeps, renderPage, wordsOf } from "./render-page.tsx";
import type { Words } from "./ui-texts.ts";

/** Renders a failure as a page, or as plain text where a page cannot be made. */
export const renderFailurePage =
  (depsOf: DepsOf<RenderPageDeps | undefined>) =>
  async (c: PageContext, failure: Failure): Promise<Response> => {
    const deps = depsOf(c);
    // Without a valid configuration there is no brand and no policy.
    if (!deps) return renderPlainText(c, { problems: findUnavailable(c.error)?.problems });
    try {
      await loadAssets(c, deps);
    } catch {
      return renderPlainText(c, { support: deps.settings.links.support });
    }
    const { title, text, more } = failure.page ?? pageOf(wordsOf(c), failure, c.get("requestId"));
    return renderPage(c, deps, {
      status: failure.status,
      title: () => title,
      view: (p) => (
        <>
          <p class="lead">{text}</p>
          {more ? (
            (more as (props: PageProps) => Child)(p)
          ) : (
            <WayBack p={p} isSignedIn={refreshCookie(c) !== undefined} />
          )}
          <SupportLink p={p} />
        </>
      ),
    });
  };

const WayBack = ({ p, isSignedIn }: { readonly p: PageProps; readonly isSignedIn: boolean }) => (
  <p>
    <a class="button main" href={isSignedIn ? "/account" : "/sign-in"}>
      {isSignedIn ? p.t.toAccount : p.t.toSignIn}
    </a>
  </p>
);

/** The page by the error code. A failure of the service names the request, for a report. */
function pageOf(t: Words, { code, status }: Failure, requestId: string): FailurePage {
  const sentence = t.failures[code];
  const text = status < 500 ? sentence : `${sentence} ${fill(t.reference, { id: requestId })}`;
  return { title: titleOf(t, status), text };
}

const titleOf = ({ failureTitles: titles }: Words, status: number): string =>
  status === 403 || status === 404 || status === 503 ? titles[status] : titles.other;
