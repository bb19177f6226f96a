import type { Mutation } from "../mutations.ts";
import { linkGitHub } from "../social/inserted-rows.ts";
import { openProviders } from "../social/providers.ts";
import { socialUser } from "../social/users.ts";
import { newAddress, PASSWORD, register, registerAndLogIn, registerVerifiedUser } from "../users.ts";

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
  { route, variant: "a new user", status: 200, variables, request: () => gitHub(newAddress()) },
  {
    route,
    variant: "a new user, with a second factor",
    status: 200,
    variables: alwaysOtp,
    request: () => gitHub(newAddress()),
  },
  {
    route,
    variant: "an account with an unverified address",
    status: 200,
    variables,
    request: async (service) => gitHub((await register(service)).email),
  },
  {
    route,
    variant: "an account with the same verified address",
    status: 200,
    variables,
    request: async (service) => gitHub((await registerAndLogIn(service)).email),
  },
  {
    route,
    variant: "a linked account",
    status: 200,
    variables,
    async request(service) {
      const id = await linkGitHub((await registerAndLogIn(service)).email, providers.issuer);
      return { path, body: { accessToken: await providers.tokenOf(socialUser({ id })) } };
    },
  },
  {
    route,
    variant: "a linked account, with a second factor",
    status: 200,
    variables: alwaysOtp,
    async request(service) {
      const id = await linkGitHub((await registerVerifiedUser(service)).email, providers.issuer);
      return { path, body: { accessToken: await providers.tokenOf(socialUser({ id })) } };
    },
  },
  {
    route: "POST /me/identities/:provider",
    status: 200,
    variables,
    async request(service) {
      const accessToken = await providers.tokenOf(socialUser());
      const { token } = await registerAndLogIn(service);
      return { path: "/me/identities/github", body: { accessToken, password: PASSWORD }, token };
    },
  },
  {
    route: "DELETE /me/identities/:provider",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { email, token } = await registerAndLogIn(service);
      await linkGitHub(email);
      return { path: "/me/identities/github", token };
    },
  },
];
