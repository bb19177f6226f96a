import type { DepsOf } from "../http/context.ts";
import type { PageContext } from "./page.ts";
import { showNote } from "./show-note.tsx";
import { type ShowPageDeps, wordsOf } from "./show-page.tsx";
import { withWayOn } from "./way-on.ts";

/**
 * In place of a code that nobody came for. A browser that ran ahead throws away what is no 2xx, and asks again
 * when its person goes there; who sees it all the same presses a link, which is a visit.
 */
export function showNoVisit(c: PageContext, depsOf: DepsOf<ShowPageDeps>): Promise<Response> {
  c.set("failure", "forbidden");
  const more = () => (
    <p>
      <a class="button main" href={withWayOn(c.req.path, c.var.wayOn ?? null)}>
        {wordsOf(c).goOn}
      </a>
    </p>
  );
  return showNote(depsOf)(c, { ...wordsOf(c).noVisit, status: 403, more });
}
