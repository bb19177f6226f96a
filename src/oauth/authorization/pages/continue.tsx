import { fill } from "../../../core/text.ts";
import type { DepsOf } from "../../../http/context.ts";
import { refuse } from "../../../http/respond.ts";
import { refreshCookie } from "../../../http/session-cookies.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../../../sessions/refresh-token.ts";
import type { Page, PageContext } from "../../../ui/page.ts";
import { type RenderPageDeps, wordsOf } from "../../../ui/render-page.tsx";
import { redirectHostOf } from "../../redirect-uri.ts";
import { CONTINUE_PATH, type Forwarding, openSealedRedirect } from "../sealed-redirect.ts";

type Deps = RenderPageDeps &
  RefreshTokenDeps & {
    readonly settings: { readonly brand: { readonly appName: string } };
  };

type Data = {
  readonly url: string;
  /** The host of the client, or the name of this service. */
  readonly target: string;
  /** Whether the browser loads the URL by itself. Otherwise the user follows the link. */
  readonly forwards: boolean;
};

/**
 * Leads from a form of this service to a client (`to`, sealed), or back to an authorization request (`returnTo`). The
 * browser then sees a navigation of this page, not a redirect of the form.
 */
export const continuePage = (depsOf: DepsOf<Deps>): Page<Data> => ({
  path: CONTINUE_PATH,
  access: "everybody",
  title: (t, { target }) => fill(t.continuePage.title, { target }),
  refreshUrl: ({ url, forwards }) => (forwards ? url : null),
  load: async (c) => (await targetOf(c, depsOf(c))) ?? refuseExpired(c),
  view: (p, { url, target, forwards }) => (
    <>
      {forwards ? (
        <p class="lead">{fill(p.t.continuePage.lead, { target })}</p>
      ) : (
        <p class="alert">{fill(p.t.continuePage.unverified, { target, app: p.brand.appName })}</p>
      )}
      <a class="button main" href={url}>
        {p.t.continue}
      </a>
    </>
  ),
});

async function targetOf(c: PageContext, deps: Deps): Promise<Data | null> {
  const { secrets, clock, settings } = deps;
  const sealed = c.req.query("to");
  if (sealed !== undefined) {
    const opened = await openSealedRedirect(secrets, sealed, clock.now());
    if (opened === null) return null;
    const { url, forwarding } = opened;
    return { url, target: redirectHostOf(url), forwards: await doesForward(c, deps, forwarding) };
  }
  const { returnTarget } = c.var;
  return returnTarget ? { url: returnTarget, target: settings.brand.appName, forwards: true } : null;
}

/** The signature of the cookie is enough: the page grants nothing. */
async function doesForward(c: PageContext, deps: Deps, forwarding: Forwarding): Promise<boolean> {
  if (typeof forwarding === "string") return forwarding === "always";
  const token = await verifyRefreshToken(deps, refreshCookie(c) ?? "");
  return token.ok && token.value.sessionId === forwarding.sessionId;
}

const refuseExpired = (c: PageContext): Response =>
  refuse(c, "token_invalid", {
    page: { title: wordsOf(c).deadLink.title, text: wordsOf(c).continuePage.expired },
  });
