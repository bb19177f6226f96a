import { fill } from "../core/text.ts";
import type { PageContext } from "./page.ts";
import { type RenderPageDeps, renderPage, wordsOf } from "./render-page.tsx";

/**
 * Redirects to a provider by a page of our own. A browser applies `form-action` to every redirect that follows a
 * posted form (CSP 3 §6.4.1), including those between the provider's hosts, which cannot be listed here.
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
    overrides: { refreshUrl: url, back: { href: from, label: wordsOf(c).linked.title } },
  });
