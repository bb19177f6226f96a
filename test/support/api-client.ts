import createClient from "openapi-fetch";
import type { paths } from "../../src/client/api-types.ts";
import type { Service } from "./service.ts";

/**
 * A client typed by the OpenAPI document. A call that the document does not describe does not compile.
 * The client sends HTTP requests, as every other client does.
 */
export const createApiClient = (service: Service) =>
  createClient<paths>({
    baseUrl: "http://gatehouse.test",
    fetch: async (request: Request) => {
      const { status, headers, text } = await service.send(request);
      return new Response(text, { status, headers });
    },
  });

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
