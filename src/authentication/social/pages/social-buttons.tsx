import { fill } from "../../../core/text.ts";
import type { PageProps } from "../../../ui/page.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";

/** The configured providers by id. */
export type SocialButtonsDeps = {
  readonly socialProviders: ReadonlyMap<string, { readonly name: string }>;
  readonly settings: { readonly publicUrl: string };
};

/** The buttons of the configured providers, below the sign-in or registration form. */
export function SocialButtons({
  p,
  returnTarget,
  ...deps
}: SocialButtonsDeps & { p: PageProps; returnTarget: ReturnTarget | null }) {
  const { socialProviders, settings } = deps;
  if (socialProviders.size === 0) return null;
  // The callback signs in to this service. For a client application, the sign-in page then issues the code.
  const isClient = returnTarget !== null && new URL(returnTarget.returnTo).origin !== settings.publicUrl;
  const returnTo = isClient
    ? withReturnTarget("/sign-in", returnTarget)
    : (returnTarget?.returnTo ?? "/account");
  const query = `?returnTo=${encodeURIComponent(returnTo)}`;
  return (
    <div class="ways">
      <p class="or">{p.t.otherWays.or}</p>
      {Array.from(socialProviders, ([id, { name }]) => (
        <a class="button" href={`/api/auth/social/${id}/start${query}`}>
          {fill(p.t.otherWays.continueWith, { provider: name })}
        </a>
      ))}
    </div>
  );
}
