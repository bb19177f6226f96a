import { requestRemoval, userWithFactor } from "../factor-removals.ts";
import { tinyPng } from "../image-parts.ts";
import type { Mutation } from "../mutations.ts";
import { setDeletionDue } from "../pending-deletion.ts";
import type { Service } from "../service.ts";
import {
  accountIdOf,
  logIn,
  newAddress,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
  usersApiAs,
} from "../users.ts";

const IMAGE = { "Content-Type": "image/png" };

/** A superuser, and a user with a session and an avatar. */
async function superuserAndUser(service: Service) {
  const superuser = await signedInAs(service, "superuser");
  const { email } = await registerVerifiedUser(service);
  const { token } = await logIn(service, email);
  await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
  return { superuser, id: await accountIdOf(email) };
}

type ActionOptions = Pick<Mutation, "variant" | "repeatedStatus"> & {
  readonly body?: unknown;
  readonly before?: readonly [method: string, path: string, body?: unknown][];
};

/** An action of a superuser on a user. `path` follows the id. */
const action = (
  method: string,
  path: string,
  { body, before = [], ...rest }: ActionOptions = {},
): Mutation => ({
  route: `${method} /users/:id${path}`,
  status: 200,
  ...rest,
  async request(service) {
    const { superuser, id } = await superuserAndUser(service);
    for (const [firstMethod, firstPath, firstBody] of before)
      await usersApiAs(service, superuser).call(firstMethod, `/${id}${firstPath}`, firstBody);
    const headers = body === tinyPng ? IMAGE : undefined;
    return { path: `/users/${id}${path}`, body, token: superuser.token, headers };
  },
});

/** Mutations by admins, and by users on their own avatars. */
export const adminMutations: readonly Mutation[] = [
  {
    route: "POST /users",
    status: 201,
    repeatedStatus: 409,
    async request(service) {
      const { token } = await signedInAs(service, "admin");
      return { body: { email: newAddress(), name: "Grace" }, token };
    },
  },
  action("PATCH", "", { body: { name: "Grace", lastName: "Hopper", age: 40 } }),
  action("POST", "/activate", { before: [["POST", "/deactivate"]] }),
  action("POST", "/deactivate"),
  action("POST", "/unlock"),
  action("POST", "/reset-password"),
  action("DELETE", "/sessions"),
  {
    route: "DELETE /users/:id/factors",
    status: 200,
    repeatedStatus: 409,
    async request(service) {
      const { id } = await userWithFactor(service);
      return { path: `/users/${id}/factors`, token: (await signedInAs(service, "admin")).token };
    },
  },
  {
    route: "POST /users/:id/factors/removal/cancel",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { id } = await userWithFactor(service);
      const { token } = await requestRemoval(service, id);
      return { path: `/users/${id}/factors/removal/cancel`, token };
    },
  },
  action("PUT", "/role", { body: { role: "admin" } }),
  action("PUT", "/avatar", { body: tinyPng }),
  action("DELETE", "/avatar"),
  {
    route: "POST /users/:id/deletion/cancel",
    status: 200,
    repeatedStatus: 409,
    async request(service) {
      const { superuser, id } = await superuserAndUser(service);
      await setDeletionDue(service, id);
      return { path: `/users/${id}/deletion/cancel`, token: superuser.token };
    },
  },
  action("DELETE", "", { repeatedStatus: 404, before: [["POST", "/deactivate"]] }),
  {
    route: "PUT /me/avatar",
    status: 200,
    request: async (service) => ({
      body: tinyPng,
      token: (await registerAndLogIn(service)).token,
      headers: IMAGE,
    }),
  },
  {
    route: "DELETE /me/avatar",
    status: 200,
    async request(service) {
      const { token } = await registerAndLogIn(service);
      await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
      return { token };
    },
  },
];
