import { fill } from "../core/text.ts";
import type { PageContext } from "./page.ts";
import { type RenderPageDeps, renderPage, wordsOf } from "./render-page.tsx";

/**
 * Sends somebody on to a provider by a page. A browser holds `form-action` against every redirect that a posted form
 * comes to (CSP 3 §6.4.1), those among the provider's own hosts as well, which nobody here can list; a page that has
 * arrived is where the form ends.
 */
export const interstitialRedirect = (
  c: PageContext,
  deps: RenderPageDeps,
  { url, name, from }: { readonly url: string; readonly name: string; readonly from: string },
): Promise<Response> =>
  renderPage(c, deps, {
    title: (t) => fill(t.linked.leave, { provider: name }),
    view: (p) => (
      <>
        <p class="lead">{fill(p.t.linked.leaveLead, { provider: name })}</p>
        <a class="button main" href={url}>
          {p.t.continue}
        </a>
      </>
    ),
    facts: { onward: url, back: { href: from, label: wordsOf(c).linked.title } },
  });
