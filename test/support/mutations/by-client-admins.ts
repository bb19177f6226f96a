import { CALLBACK, registeredClient } from "../client-administration.ts";
import type { Mutation } from "../mutations.ts";
import { signedInAs } from "../users.ts";

type ClientAction = Pick<Mutation, "status" | "repeatedStatus"> & { readonly body?: unknown };

/** A superuser's change of a client. `path` follows the id. */
const action = (method: string, path: string, { body, ...rest }: ClientAction): Mutation => ({
  route: `${method} /clients/:id${path}`,
  ...rest,
  async request(service) {
    const { client, superuser } = await registeredClient(service);
    return { path: `/clients/${client.id}${path}`, body, token: superuser.token };
  },
});

/** Mutations of OAuth clients by superusers. */
export const clientMutations: readonly Mutation[] = [
  {
    route: "POST /clients",
    status: 201,
    request: async (service) => ({
      body: { name: "Notes", redirectUris: [CALLBACK] },
      token: (await signedInAs(service, "superuser")).token,
    }),
  },
  action("PATCH", "", { status: 200, body: { name: "Renamed" } }),
  action("DELETE", "", { status: 200, repeatedStatus: 404 }),
  action("POST", "/secrets", { status: 201, body: { overlapSeconds: 60 } }),
  {
    route: "DELETE /clients/:id/secrets/:secretId",
    status: 200,
    repeatedStatus: 404,
    async request(service) {
      const { call, client, superuser } = await registeredClient(service);
      const { secrets } = (await call("GET", `/${client.id}`)).body.data;
      return { path: `/clients/${client.id}/secrets/${secrets[0].id}`, token: superuser.token };
    },
  },
];
