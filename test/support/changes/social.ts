import type { Change } from "../changes.ts";
import { member, newAddress, PASSWORD, register, signedInMember } from "../people.ts";
import { VERIFIER } from "../social/app.ts";
import { somebody } from "../social/people.ts";
import { openProviders } from "../social/providers.ts";
import { linkGitHub, loginCodeFor } from "../social/written-in.ts";

const providers = openProviders();
const variables = async () => providers.variables;
const always = async () => ({ ...providers.variables, LOGIN_OTP: "always" });
const route = "POST /social/:provider/token";
const path = "/social/github/token";

const gitHub = async (email: string) => ({
  path,
  body: { accessToken: await providers.tokenOf(somebody({ email })) },
});

/** What somebody may do who has an account at a provider. */
export const socialChanges: readonly Change[] = [
  { route, what: "somebody new", status: 200, variables, request: () => gitHub(newAddress()) },
  {
    route,
    what: "somebody new, with a second step",
    status: 200,
    variables: always,
    request: () => gitHub(newAddress()),
  },
  {
    route,
    what: "an account that nobody has proven",
    status: 200,
    variables,
    request: async (service) => gitHub((await register(service)).email),
  },
  {
    route,
    what: "an account under the same proven address",
    status: 200,
    variables,
    request: async (service) => gitHub((await signedInMember(service)).email),
  },
  {
    route,
    what: "somebody who was here before",
    status: 200,
    variables,
    async request(service) {
      const id = await linkGitHub((await signedInMember(service)).email, providers.issuer);
      return { path, body: { accessToken: await providers.tokenOf(somebody({ id })) } };
    },
  },
  {
    route,
    what: "somebody who was here before, with a second step",
    status: 200,
    variables: always,
    async request(service) {
      const id = await linkGitHub((await member(service)).email, providers.issuer);
      return { path, body: { accessToken: await providers.tokenOf(somebody({ id })) } };
    },
  },
  {
    route: "POST /exchange",
    status: 200,
    again: 400,
    request: async (service) => ({
      body: {
        code: await loginCodeFor((await member(service)).email, service.clock.now()),
        codeVerifier: VERIFIER,
      },
    }),
  },
  {
    route: "POST /me/identities/:provider",
    status: 200,
    variables,
    async request(service) {
      const accessToken = await providers.tokenOf(somebody());
      const { token } = await signedInMember(service);
      return { path: "/me/identities/github", body: { accessToken, password: PASSWORD }, token };
    },
  },
  {
    route: "DELETE /me/identities/:provider",
    status: 200,
    again: 404,
    async request(service) {
      const { email, token } = await signedInMember(service);
      await linkGitHub(email);
      return { path: "/me/identities/github", token };
    },
  },
];
