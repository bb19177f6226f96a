import { CLIENT } from "../../../social/provider-client.ts";
import type { ProviderUser } from "../../../social/provider-user.ts";
import {
  authorize,
  exchangeCode,
  type ProviderRequest,
  type ProviderResponse,
  reply,
} from "./provider-channel.ts";

/** The endpoints of GitHub that this service uses: https://docs.github.com/en/rest. */
export function gitHub(request: ProviderRequest): ProviderResponse | null {
  const { channel, path, query, authorization, body } = request;
  const token = channel.tokens.get(/^Bearer (\w+)$/.exec(authorization)?.[1] ?? "");
  switch (path) {
    case "/login/oauth/authorize":
      return authorize(request);
    case "/login/oauth/access_token": {
      const accessToken = exchangeCode(request);
      // GitHub reports a wrong code in a 200 response.
      return accessToken
        ? reply(200, { access_token: accessToken, token_type: "bearer", scope: "read:user,user:email" })
        : reply(200, {
            error: "bad_verification_code",
            error_description: "The code is incorrect or expired.",
          });
    }
    case "/api/v3/user":
      if (!token) return reply(401, { message: "Bad credentials" });
      return reply(200, {
        login: "octo",
        id: token.user.id,
        name: token.user.name,
        email: "shown@example.com",
      });
    case "/api/v3/user/emails":
      if (!token) return reply(401, { message: "Bad credentials" });
      return reply(200, pageOf(addressesOf(token.user), query));
    case `/api/v3/applications/${CLIENT.id}/token`: {
      const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64");
      if (authorization !== `Basic ${basic}`) return reply(401, { message: "Requires authentication" });
      const inspected = (JSON.parse(body) as { access_token: string }).access_token;
      const found = channel.tokens.get(inspected);
      if (!found || found.clientId !== CLIENT.id) return reply(404, { message: "Not Found" });
      return reply(200, {
        id: 1,
        token: inspected,
        app: { client_id: found.clientId },
        user: { id: found.user.id },
      });
    }
    default:
      return null;
  }
}

function addressesOf({ email, verified, otherAddresses = 1 }: ProviderUser): readonly object[] {
  const others = Array.from({ length: otherAddresses }, (_, index) => ({
    email: `other-${index}@example.com`,
    primary: false,
    verified: true,
    visibility: null,
  }));
  return [...others, { email, primary: true, verified, visibility: "public" }];
}

/** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function pageOf(list: readonly object[], query: URLSearchParams): readonly object[] {
  const size = Math.min(Number(query.get("per_page") ?? 30), 100);
  const start = (Number(query.get("page") ?? 1) - 1) * size;
  return list.slice(start, start + size);
}
