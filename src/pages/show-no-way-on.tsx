import type { DepsOf } from "../http/context.ts";
import type { PageContext } from "./page.ts";
import { showNote } from "./show-note.tsx";
import { type ShowPageDeps, wordsOf } from "./show-page.tsx";

/** A way back that is not allowed: people are sent back to the app, and a developer to the setting. */
export function showNoWayOn(c: PageContext, depsOf: DepsOf<ShowPageDeps>): Promise<Response> {
  c.set("failure", "validation_failed");
  const { title, text, setting } = wordsOf(c).noWayOn;
  return showNote(depsOf)(c, {
    title,
    text,
    status: 400,
    more: (p) => (
      <>
        {p.keepsMail && <p class="hint">{setting}</p>}
        <p>
          <a href="/">{p.t.goOn}</a>
        </p>
      </>
    ),
  });
}
