import { CLIENT } from "../../../social/client.ts";
import { type Asked, authorize, exchange, type Said, said } from "./channel.ts";

/** https://docs.github.com/en/rest: what of it is asked for. */
export function gitHub(asked: Asked): Said | null {
  const { channel, path, authorization, body } = asked;
  const token = channel.tokens.get(/^Bearer (\w+)$/.exec(authorization)?.[1] ?? "");
  switch (path) {
    case "/login/oauth/authorize":
      return authorize(asked);
    case "/login/oauth/access_token": {
      const given = exchange(asked);
      // A wrong code is a 200, too.
      return given
        ? said(200, { access_token: given, token_type: "bearer", scope: "read:user,user:email" })
        : said(200, {
            error: "bad_verification_code",
            error_description: "The code is incorrect or expired.",
          });
    }
    case "/api/v3/user":
      if (!token) return said(401, { message: "Bad credentials" });
      return said(200, {
        login: "octo",
        id: token.person.id,
        name: token.person.name,
        email: "shown@example.com",
      });
    case "/api/v3/user/emails":
      if (!token) return said(401, { message: "Bad credentials" });
      return said(200, [
        { email: "second@example.com", primary: false, verified: true, visibility: null },
        { email: token.person.email, primary: true, verified: token.person.verified, visibility: "public" },
      ]);
    case `/api/v3/applications/${CLIENT.id}/token`: {
      const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64");
      if (authorization !== `Basic ${basic}`) return said(401, { message: "Requires authentication" });
      const asking = (JSON.parse(body) as { access_token: string }).access_token;
      const found = channel.tokens.get(asking);
      if (!found || found.clientId !== CLIENT.id) return said(404, { message: "Not Found" });
      return said(200, {
        id: 1,
        token: asking,
        app: { client_id: found.clientId },
        user: { id: found.person.id },
      });
    }
    default:
      return null;
  }
}
