import type { Mutation } from "../mutations.ts";
import { VERIFIER } from "../social/app.ts";
import { authorizationCodeFor, linkGitHub } from "../social/inserted-rows.ts";
import { openProviders } from "../social/providers.ts";
import { socialUser } from "../social/users.ts";
import { member, newAddress, PASSWORD, register, signedInMember } from "../users.ts";

const providers = openProviders();
const variables = async () => providers.variables;
const alwaysOtp = async () => ({ ...providers.variables, LOGIN_OTP: "always" });
const route = "POST /social/:provider/token";
const path = "/social/github/token";

const gitHub = async (email: string) => ({
  path,
  body: { accessToken: await providers.tokenOf(socialUser({ email })) },
});

/** Mutations by a user of a social provider. */
export const socialMutations: readonly Mutation[] = [
  { route, what: "a new user", status: 200, variables, request: () => gitHub(newAddress()) },
  {
    route,
    what: "a new user, with a second factor",
    status: 200,
    variables: alwaysOtp,
    request: () => gitHub(newAddress()),
  },
  {
    route,
    what: "an account with an unverified address",
    status: 200,
    variables,
    request: async (service) => gitHub((await register(service)).email),
  },
  {
    route,
    what: "an account with the same verified address",
    status: 200,
    variables,
    request: async (service) => gitHub((await signedInMember(service)).email),
  },
  {
    route,
    what: "a linked account",
    status: 200,
    variables,
    async request(service) {
      const id = await linkGitHub((await signedInMember(service)).email, providers.issuer);
      return { path, body: { accessToken: await providers.tokenOf(socialUser({ id })) } };
    },
  },
  {
    route,
    what: "a linked account, with a second factor",
    status: 200,
    variables: alwaysOtp,
    async request(service) {
      const id = await linkGitHub((await member(service)).email, providers.issuer);
      return { path, body: { accessToken: await providers.tokenOf(socialUser({ id })) } };
    },
  },
  {
    route: "POST /exchange",
    status: 200,
    again: 400,
    request: async (service) => ({
      body: {
        code: await authorizationCodeFor((await member(service)).email, service.clock.now()),
        codeVerifier: VERIFIER,
      },
    }),
  },
  {
    route: "POST /me/identities/:provider",
    status: 200,
    variables,
    async request(service) {
      const accessToken = await providers.tokenOf(socialUser());
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
