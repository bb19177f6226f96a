import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import type { Page, PageContext } from "../../../ui/page.ts";
import { type RenderPageDeps, wordsOf } from "../../../ui/render-page.tsx";
import { redirectHostOf } from "../../redirect-uri.ts";
import { CONTINUE_PATH, openSealedRedirect } from "../sealed-redirect.ts";

type Deps = RenderPageDeps & {
  readonly settings: { readonly brand: { readonly appName: string } };
};

/** `target`: the host of the client, or the name of this service. */
type Data = { readonly url: string; readonly target: string };

/**
 * Leads from a form of this service to a client (`to`, sealed), or back to an authorization request (`returnTo`). The
 * browser then sees a navigation of this page, not a redirect of the form.
 */
export const continuePage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: CONTINUE_PATH,
  access: "everybody",
  title: (t, { target }) => fill(t.continuePage.title, { target }),
  refreshUrl: ({ url }) => url,
  load: async (c) => (await targetOf(c, depsOf(c))) ?? refuseExpired(c),
  view: (p, { url, target }) => (
    <>
      <p class="lead">{fill(p.t.continuePage.lead, { target })}</p>
      <a class="button main" href={url}>
        {p.t.continue}
      </a>
    </>
  ),
});

async function targetOf(c: PageContext, { secrets, clock, settings }: Deps): Promise<Data | null> {
  const sealed = c.req.query("to");
  if (sealed !== undefined) {
    const url = await openSealedRedirect(secrets, sealed, clock.now());
    return url === null ? null : { url, target: redirectHostOf(url) };
  }
  const { returnTarget } = c.var;
  return returnTarget ? { url: returnTarget, target: settings.brand.appName } : null;
}

const refuseExpired = (c: PageContext): Response =>
  refuse(c, "token_invalid", {
    page: { title: wordsOf(c).deadLink.title, text: wordsOf(c).continuePage.expired },
  });
