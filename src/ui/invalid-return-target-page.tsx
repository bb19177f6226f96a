import type { DepsOf } from "../http/context.ts";
import type { PageContext } from "./page.ts";
import { renderMessage } from "./render-failure.tsx";
import { type RenderPageDeps, wordsOf } from "./render-page.tsx";

/** A way back that is not allowed: people are sent back to the app, and a developer to the setting. */
export function renderInvalidReturnTarget(c: PageContext, depsOf: DepsOf<RenderPageDeps>): Promise<Response> {
  c.set("failure", "validation_failed");
  const { title, text, setting } = wordsOf(c).noWayOn;
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
