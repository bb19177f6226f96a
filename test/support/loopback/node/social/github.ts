import { CLIENT } from "../../../social/provider-client.ts";
import {
  authorize,
  exchangeCode,
  type ProviderRequest,
  type ProviderResponse,
  reply,
} from "./provider-channel.ts";

/** The endpoints of GitHub that this service uses: https://docs.github.com/en/rest. */
export function gitHub(request: ProviderRequest): ProviderResponse | null {
  const { channel, path, authorization, body } = request;
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
      return reply(200, [
        { email: "second@example.com", primary: false, verified: true, visibility: null },
        { email: token.user.email, primary: true, verified: token.user.verified, visibility: "public" },
      ]);
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
