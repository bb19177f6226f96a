import { refuse } from "../http/respond.ts";
import type { PageContext, PageProps } from "./page.ts";
import { wordsOf } from "./render-page.tsx";
import { withReturnTarget } from "./return-target.ts";

/** The error page for an invalid return target. In development it names the setting. */
export function refuseReturnTarget(c: PageContext): Response {
  const { title, text, setting } = wordsOf(c).invalidReturnTarget;
  const more = (p: PageProps) => (
    <>
      {p.usesDevMailbox && <p class="hint">{setting}</p>}
      <p>
        <a href="/">{p.t.continue}</a>
      </p>
    </>
  );
  return refuse(c, "validation_failed", { page: { title, text, more } });
}

/**
 * Responds to a request that is not a top-level navigation, such as a prefetch, without issuing a code. A browser discards
 * a prefetched response that is not 2xx and repeats the request on navigation. The link is a navigation.
 */
export function refuseNotANavigation(c: PageContext): Response {
  const more = (p: PageProps) => (
    <p>
      <a class="button main" href={withReturnTarget(c.req.path, c.var.returnTarget ?? null)}>
        {p.t.continue}
      </a>
    </p>
  );
  return refuse(c, "forbidden", { page: { ...wordsOf(c).notANavigation, more } });
}
