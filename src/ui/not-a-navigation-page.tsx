import type { DepsOf } from "../http/context.ts";
import type { PageContext } from "./page.ts";
import { renderMessage } from "./render-failure.tsx";
import { type RenderPageDeps, wordsOf } from "./render-page.tsx";
import { withReturnTarget } from "./return-target.ts";

/**
 * In place of a code that nobody came for. A browser that ran ahead throws away what is no 2xx, and asks again
 * when its person goes there; who sees it all the same presses a link, which is a visit.
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
  return renderMessage(depsOf)(c, { ...wordsOf(c).noVisit, status: 403, more });
}
