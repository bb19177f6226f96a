import { createHash, randomBytes } from "node:crypto";
import { CLIENT } from "../../../social/client.ts";
import type { SocialPerson } from "../../../social/person.ts";

type Grant = { readonly challenge: string; readonly redirectUri: string; readonly person: SocialPerson };
type Token = { readonly clientId: string; readonly person: SocialPerson };
/** One test's own GitHub and Facebook: who would sign in there, and what was given out. */
export type Channel = {
  person: SocialPerson;
  readonly codes: Map<string, Grant>;
  readonly tokens: Map<string, Token>;
};

export type Said = { readonly status: number; readonly body?: unknown; readonly location?: string };
export type Asked = {
  readonly channel: Channel;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly body: string;
  readonly authorization: string;
};

const random = () => randomBytes(16).toString("hex");
export const said = (status: number, body: unknown): Said => ({ status, body });

/** The consent page that everybody agrees to: it goes back with a code at once. */
export function authorize({ channel, query }: Asked): Said {
  const redirectUri = query.get("redirect_uri") ?? "";
  if (query.get("client_id") !== CLIENT.id || query.get("response_type") !== "code")
    return said(400, "bad request");
  if (query.get("code_challenge_method") !== "S256") return said(400, "no PKCE");
  const code = random();
  channel.codes.set(code, {
    challenge: query.get("code_challenge") ?? "",
    redirectUri,
    person: channel.person,
  });
  const back = new URL(redirectUri);
  back.searchParams.set("code", code);
  back.searchParams.set("state", query.get("state") ?? "");
  return { status: 302, location: back.href };
}

/** RFC 6749 §4.1.3 and RFC 7636 §4.6. */
export function exchange({ channel, form }: Asked): string | null {
  const grant = channel.codes.get(form.get("code") ?? "");
  channel.codes.delete(form.get("code") ?? "");
  const verifier = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  const isRight =
    form.get("client_id") === CLIENT.id &&
    form.get("client_secret") === CLIENT.secret &&
    form.get("redirect_uri") === grant?.redirectUri &&
    verifier === grant?.challenge;
  if (!grant || !isRight) return null;
  return issue(channel, CLIENT.id, grant.person);
}

export function issue(channel: Channel, clientId: string, person: SocialPerson): string {
  const token = random();
  channel.tokens.set(token, { clientId, person });
  return token;
}
