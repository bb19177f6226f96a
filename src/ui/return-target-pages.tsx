import type { DepsOf } from "../http/context.ts";
import type { PageContext } from "./page.ts";
import { renderMessage } from "./render-failure.tsx";
import { type RenderPageDeps, wordsOf } from "./render-page.tsx";
import { withReturnTarget } from "./return-target.ts";

/** Tells the user to go back to the app, and a developer which setting to change. */
export function renderInvalidReturnTarget(c: PageContext, depsOf: DepsOf<RenderPageDeps>): Promise<Response> {
  c.set("failure", "validation_failed");
  const { title, text, setting } = wordsOf(c).invalidReturnTarget;
  return renderMessage(depsOf)(c, {
    title,
    text,
    status: 400,
    more: (p) => (
      <>
        {p.usesDevMailbox && <p class="hint">{setting}</p>}
        <p>
          <a href="/">{p.t.continue}</a>
        </p>
      </>
    ),
  });
}

/**
 * Answers a request that is no top-level navigation, such as a prefetch, without issuing a code. A browser discards
 * a prefetched response that is not 2xx and repeats the request on navigation. The link is a navigation.
 */
export function renderNotANavigation(c: PageContext, depsOf: DepsOf<RenderPageDeps>): Promise<Response> {
  c.set("failure", "forbidden");
  const more = () => (
    <p>
      <a class="button main" href={withReturnTarget(c.req.path, c.var.returnTarget ?? null)}>
        {wordsOf(c).continue}
      </a>
    </p>
  );
  return renderMessage(depsOf)(c, { ...wordsOf(c).notANavigation, status: 403, more });
}
