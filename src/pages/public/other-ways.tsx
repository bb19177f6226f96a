import { fill } from "../messages/catalogue.ts";
import type { Shown } from "../page.ts";

/** The providers that are on, by id; a deployment without any has none. */
export type OtherWaysDeps = { readonly socialProviders: ReadonlyMap<string, { readonly name: string }> };

/** Sign-in at somebody else's, beneath the form. */
export function OtherWays({ p, returnTo, socialProviders }: OtherWaysDeps & { p: Shown; returnTo: string }) {
  if (socialProviders.size === 0) return null;
  const query = `?returnTo=${encodeURIComponent(returnTo)}`;
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
