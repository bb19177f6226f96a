import { fill } from "../messages/catalogue.ts";
import type { Shown } from "../page.ts";
import { withReturnTo } from "../return-to.ts";

/** The providers that are on, by id; a deployment without any has none. */
export type OtherWaysDeps = {
  readonly socialProviders: ReadonlyMap<string, { readonly name: string }>;
  readonly settings: { readonly publicUrl: string };
};

/** Sign-in at somebody else's, beneath the form. */
export function OtherWays({ p, returnTo, ...deps }: OtherWaysDeps & { p: Shown; returnTo: string | null }) {
  const { socialProviders, settings } = deps;
  if (socialProviders.size === 0) return null;
  // With cookies, as by the form: an app's own sign-in, with a code, begins at the app.
  const isElsewhere = returnTo !== null && new URL(returnTo).origin !== settings.publicUrl;
  const landing = isElsewhere ? withReturnTo("/sign-in", returnTo) : (returnTo ?? "/account");
  const query = `?returnTo=${encodeURIComponent(landing)}`;
  return (
    <div class="ways">
      <p class="or">{p.t.otherWays.or}</p>
      {Array.from(socialProviders, ([id, { name }]) => (
        <a class="button" href={`/api/auth/social/${id}/start${query}`}>
          {fill(p.t.otherWays.goOnWith, { provider: name })}
        </a>
      ))}
    </div>
  );
}
