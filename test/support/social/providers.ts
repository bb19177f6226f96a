import { inject } from "vitest";
import { CONTROL_PREFIX } from "../loopback/protocol.ts";
import { CLIENT } from "./client.ts";
import type { SocialPerson } from "./person.ts";

/** The providers that a browser can be sent to. */
export const REDIRECTING = ["google", "oidc", "github", "facebook"] as const;

/** A page of an app on another origin. */
export const APP = "https://app.example.com/signed-in";

/** GitHub and Facebook of one test, and the variables that point a service at all four providers. */
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
      ALLOWED_RETURN_URLS: `${APP}, https://other.example.org/`,
    },
    keys,
    /** Where GitHub and Facebook are. */
    issuer: `${origin}/${channel}`,
    gitHubAlone: keys("GITHUB", `${origin}/${channel}`),
    /** Who would sign in at GitHub and Facebook from now on. */
    be: (person: SocialPerson) => control({ person }),
    /** A token that one of them gave to that client, for that person. */
    tokenOf: async (person: SocialPerson, clientId: string = CLIENT.id) =>
      (await control({ person, tokenFor: clientId })).token ?? "",
  };
}
