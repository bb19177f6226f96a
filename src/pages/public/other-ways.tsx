import { fill } from "../../kernel/text.ts";
import type { Shown } from "../page.ts";
import { type WayOn, withWayOn } from "../way-on.ts";

/** The providers that are on, by id; a deployment without any has none. */
export type OtherWaysDeps = {
  readonly socialProviders: ReadonlyMap<string, { readonly name: string }>;
  readonly settings: { readonly publicUrl: string };
};

/** Sign-in at somebody else's, beneath the form. */
export function OtherWays({ p, wayOn, ...deps }: OtherWaysDeps & { p: Shown; wayOn: WayOn | null }) {
  const { socialProviders, settings } = deps;
  if (socialProviders.size === 0) return null;
  // With cookies, as by the form: a code for an app comes after that, from the page that it goes on from.
  const isElsewhere = wayOn !== null && new URL(wayOn.returnTo).origin !== settings.publicUrl;
  const landing = isElsewhere ? withWayOn("/sign-in", wayOn) : (wayOn?.returnTo ?? "/account");
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
