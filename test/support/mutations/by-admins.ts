import { actingAs, idOf, signedInAs } from "../admins.ts";
import { tinyPng } from "../image-parts.ts";
import type { Mutation } from "../mutations.ts";
import type { Service } from "../service.ts";
import { logIn, member, newAddress, signedInMember } from "../users.ts";

const IMAGE = { "Content-Type": "image/png" };

/** A superuser, and somebody who has signed in and has a picture. */
async function superuserAndUser(service: Service) {
  const superuser = await signedInAs(service, "superuser");
  const { email } = await member(service);
  const { token } = await logIn(service, email);
  await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
  return { superuser, id: await idOf(email) };
}

type More = Pick<Mutation, "what" | "again"> & {
  readonly body?: unknown;
  readonly before?: readonly [method: string, path: string, body?: unknown][];
};

/** What a superuser does to somebody. `path`: behind the id. */
const act = (method: string, path: string, { body, before = [], ...more }: More = {}): Mutation => ({
  route: `${method} /users/:id${path}`,
  status: 200,
  ...more,
  async request(service) {
    const { superuser, id } = await superuserAndUser(service);
    for (const [first, own, sent] of before)
      await actingAs(service, superuser).call(first, `/${id}${own}`, sent);
    const headers = body === tinyPng ? IMAGE : undefined;
    return { path: `/users/${id}${path}`, body, token: superuser.token, headers };
  },
});

/** What admins do, and people to their own pictures. */
export const adminMutations: readonly Mutation[] = [
  {
    route: "POST /users",
    status: 201,
    again: 409,
    async request(service) {
      const { token } = await signedInAs(service, "admin");
      return { body: { email: newAddress(), name: "Grace" }, token };
    },
  },
  act("PATCH", "", { body: { name: "Grace", lastName: "Hopper", age: 40 } }),
  act("POST", "/activate", { before: [["POST", "/deactivate"]] }),
  act("POST", "/deactivate"),
  act("POST", "/unlock"),
  act("POST", "/reset-password"),
  act("DELETE", "/sessions"),
  act("PUT", "/role", { body: { role: "admin" } }),
  act("PUT", "/avatar", { body: tinyPng }),
  act("DELETE", "/avatar"),
  act("DELETE", "", { again: 404, before: [["POST", "/deactivate"]] }),
  {
    route: "PUT /me/avatar",
    status: 200,
    request: async (service) => ({
      body: tinyPng,
      token: (await signedInMember(service)).token,
      headers: IMAGE,
    }),
  },
  {
    route: "DELETE /me/avatar",
    status: 200,
    async request(service) {
      const { token } = await signedInMember(service);
      await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, IMAGE);
      return { token };
    },
  },
];
