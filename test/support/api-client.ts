import createClient from "openapi-fetch";
import type { paths } from "../../src/client/api-types.ts";
import type { Service } from "./service.ts";

/**
 * A client made of the document that is served: what it does not describe does not compile. It speaks to
 * the service as any other does, in HTTP.
 */
export const clientOf = (service: Service) =>
  createClient<paths>({
    baseUrl: "http://gatehouse.test",
    fetch: async (request: Request) => {
      const { status, headers, text } = await service.send(request);
      return new Response(text, { status, headers });
    },
  });

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
