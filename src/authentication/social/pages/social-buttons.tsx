import { fill } from "../../../core/text.ts";
import type { Shown } from "../../../ui/page.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";

/** The providers that are on, by id; a deployment without any has none. */
export type SocialButtonsDeps = {
  readonly socialProviders: ReadonlyMap<string, { readonly name: string }>;
  readonly settings: { readonly publicUrl: string };
};

/** Sign-in at somebody else's, beneath the form. */
export function SocialButtons({
  p,
  returnTarget,
  ...deps
}: SocialButtonsDeps & { p: Shown; returnTarget: ReturnTarget | null }) {
  const { socialProviders, settings } = deps;
  if (socialProviders.size === 0) return null;
  // With cookies, as by the form: a code for an app comes after that, from the page that it goes on from.
  const isElsewhere = returnTarget !== null && new URL(returnTarget.returnTo).origin !== settings.publicUrl;
  const landing = isElsewhere
    ? withReturnTarget("/sign-in", returnTarget)
    : (returnTarget?.returnTo ?? "/account");
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
