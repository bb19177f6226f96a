import { inject } from "vitest";
import { CONTROL_PREFIX } from "../loopback/protocol.ts";
import { CLIENT } from "./provider-client.ts";
import type { ProviderUser } from "./provider-user.ts";

/** The providers that support sign-in by redirect. */
export const REDIRECTING = ["google", "oidc", "github", "facebook"] as const;

/** One test's own GitHub and Facebook, and the variables that configure all four providers. */
export function openProviders() {
  const origin = inject("socialUrl");
  const channel = crypto.randomUUID();
  const control = async (body: object) => {
    const response = await fetch(`${origin}${CONTROL_PREFIX}${channel}`, {
      method: "PUT",
      body: JSON.stringify(body),
    });
    return (await response.json()) as { token: string | null };
  };
  const keys = (id: string, issuer: string) => ({
    [`SOCIAL_${id}_CLIENT_ID`]: CLIENT.id,
    [`SOCIAL_${id}_CLIENT_SECRET`]: CLIENT.secret,
    [`SOCIAL_${id}_ISSUER`]: issuer,
  });
  return {
    variables: {
      ...keys("GOOGLE", inject("googleUrl")),
      ...keys("OIDC", inject("oidcUrl")),
      ...keys("GITHUB", `${origin}/${channel}`),
      ...keys("FACEBOOK", `${origin}/${channel}`),
      SOCIAL_OIDC_NAME: "Example",
      // The operator of most tests knows that these providers vouch for the current owner of an address.
      SOCIAL_OIDC_EMAIL_TRUST: "verified",
      SOCIAL_GITHUB_EMAIL_TRUST: "verified",
    },
    keys,
    /** The issuer of GitHub and Facebook. */
    issuer: `${origin}/${channel}`,
    gitHubAlone: keys("GITHUB", `${origin}/${channel}`),
    /** Sets the user who signs in at GitHub and Facebook from now on. */
    setUser: (user: ProviderUser) => control({ user }),
    /** An access token that GitHub or Facebook issued to that client for that user. */
    tokenOf: async (user: ProviderUser, clientId: string = CLIENT.id) =>
      (await control({ user, tokenFor: clientId })).token ?? "",
  };
}
