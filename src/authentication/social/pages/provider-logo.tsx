import { FacebookLogo } from "./logos/facebook.tsx";
import { GithubLogo } from "./logos/github.tsx";
import { GoogleLogo } from "./logos/google.tsx";

/** The logos by the id of their provider. The name beside it is the text, so a logo has none. */
const logos: Readonly<Record<string, typeof GoogleLogo>> = {
  google: GoogleLogo,
  github: GithubLogo,
  facebook: FacebookLogo,
};

/** The logo of a provider. Nothing for a provider without one, such as a deployment's own OpenID provider. */
export function ProviderLogo({ id }: { readonly id: string }) {
  const Logo = Object.hasOwn(logos, id) ? logos[id] : undefined;
  return Logo ? <Logo /> : null;
}
