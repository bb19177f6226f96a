import { createHmac } from "node:crypto";
import { CLIENT } from "../../../social/client.ts";
import { type Asked, authorize, exchange, type Said, said } from "./channel.ts";

/** https://developers.facebook.com/docs/facebook-login: what of it is asked for. */
export function facebook(asked: Asked): Said | null {
  const { channel, query } = asked;
  const path = asked.path.replace(/^\/v\d+\.\d+/, "");
  const bad = (message: string) => said(400, { error: { message, type: "OAuthException", code: 190 } });
  switch (path) {
    case "/dialog/oauth":
      return authorize(asked);
    case "/oauth/access_token": {
      const given = exchange(asked);
      return given
        ? said(200, { access_token: given, token_type: "bearer", expires_in: 5_183_944 })
        : bad("This authorization code has been used.");
    }
    case "/me": {
      const given = asked.authorization.replace("Bearer ", "");
      const token = channel.tokens.get(given);
      const proof = createHmac("sha256", CLIENT.secret).update(given).digest("hex");
      if (!token) return bad("Invalid OAuth access token.");
      if (query.get("appsecret_proof") !== proof)
        return bad("Invalid appsecret_proof provided in the API argument");
      const { id, name, email, verified } = token.person;
      // Facebook's ids are digits in text.
      return said(200, {
        id: typeof id === "number" ? String(id) : id,
        name,
        ...(verified ? { email } : {}),
      });
    }
    case "/debug_token": {
      if (asked.authorization !== `Bearer ${CLIENT.id}|${CLIENT.secret}`)
        return bad("Invalid app access token.");
      const token = channel.tokens.get(query.get("input_token") ?? "");
      if (!token) return said(200, { data: { is_valid: false, error: { code: 190 } } });
      return said(200, {
        data: {
          app_id: token.clientId,
          type: "USER",
          is_valid: true,
          user_id: String(token.person.id),
          scopes: ["email"],
        },
      });
    }
    default:
      return null;
  }
}
