import { createHmac } from "node:crypto";
import { CLIENT } from "../../../social/provider-client.ts";
import {
  authorize,
  exchangeCode,
  type ProviderRequest,
  type ProviderResponse,
  reply,
} from "./provider-channel.ts";

/** The endpoints of Facebook that this service uses: https://developers.facebook.com/docs/facebook-login. */
export function facebook(request: ProviderRequest): ProviderResponse | null {
  const { channel, query } = request;
  const path = request.path.replace(/^\/v\d+\.\d+/, "");
  const bad = (message: string) => reply(400, { error: { message, type: "OAuthException", code: 190 } });
  switch (path) {
    case "/dialog/oauth":
      return withFragment(authorize(request));
    case "/oauth/access_token": {
      const accessToken = exchangeCode(request);
      return accessToken
        ? reply(200, { access_token: accessToken, token_type: "bearer", expires_in: 5_183_944 })
        : bad("This authorization code has been used.");
    }
    case "/me": {
      const accessToken = request.authorization.replace("Bearer ", "");
      const token = channel.tokens.get(accessToken);
      const proof = createHmac("sha256", CLIENT.secret).update(accessToken).digest("hex");
      if (!token) return bad("Invalid OAuth access token.");
      if (query.get("appsecret_proof") !== proof)
        return bad("Invalid appsecret_proof provided in the API argument");
      const { id, name, email, verified } = token.user;
      // Facebook's ids are strings of digits.
      return reply(200, {
        id: typeof id === "number" ? String(id) : id,
        name,
        ...(verified ? { email } : {}),
      });
    }
    case "/debug_token": {
      if (request.authorization !== `Bearer ${CLIENT.id}|${CLIENT.secret}`)
        return bad("Invalid app access token.");
      const token = channel.tokens.get(query.get("input_token") ?? "");
      if (!token) return reply(200, { data: { is_valid: false, error: { code: 190 } } });
      return reply(200, {
        data: {
          app_id: token.clientId,
          type: "USER",
          is_valid: true,
          user_id: String(token.user.id),
          scopes: ["email"],
        },
      });
    }
    default:
      return null;
  }
}

/** Facebook's redirect ends in a fragment, which the browser keeps unless a later redirect has one of its own. */
const withFragment = ({ location, ...response }: ProviderResponse): ProviderResponse =>
  location === undefined ? response : { ...response, location: `${location}#_=_` };
