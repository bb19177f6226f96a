import { fill } from "../../../core/text.ts";
import type { PageProps } from "../../../ui/page.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";
import { ProviderLogo } from "./provider-logo.tsx";

/** The configured providers by id. */
export type SocialButtonsDeps = {
  readonly socialProviders: ReadonlyMap<string, { readonly name: string }>;
};

/** The buttons of the configured providers, below the sign-in or registration form. */
export function SocialButtons({
  p,
  returnTarget,
  socialProviders,
}: SocialButtonsDeps & { p: PageProps; returnTarget: ReturnTarget | null }) {
  if (socialProviders.size === 0) return null;
  return (
    <div class="ways">
      <p class="or">{p.t.otherWays.or}</p>
      {Array.from(socialProviders, ([id, { name }]) => (
        <a class="button" href={withReturnTarget(`/api/auth/social/${id}/start`, returnTarget)}>
          <ProviderLogo id={id} />
          {fill(p.t.otherWays.continueWith, { provider: name })}
        </a>
      ))}
    </div>
  );
}
