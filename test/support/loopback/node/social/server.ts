import { createServer, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { ProviderUser } from "../../../social/provider-user.ts";
import { CONTROL_PREFIX } from "../../protocol.ts";
import { facebook } from "./facebook.ts";
import { gitHub } from "./github.ts";
import { type Channel, issueToken, type ProviderResponse, reply } from "./provider-channel.ts";

const providers = [gitHub, facebook];

/** The providers without OpenID Connect. `/<channel>/…` serves one test; `/_control/<channel>` sets its user. */
export function createSocialServer(): Server {
  const channels = new Map<string, Channel>();
  const channelOf = (id: string): Channel => {
    const channel = channels.get(id) ?? {
      user: { id: 1, name: "Default", email: "default@example.com", verified: false },
      codes: new Map(),
      tokens: new Map(),
    };
    channels.set(id, channel);
    return channel;
  };
  return createServer((request, response) => {
    respond(request, channelOf).then(
      ({ status, body, location }) => {
        const headers = {
          "content-type": "application/json; charset=utf-8",
          ...(location ? { location } : {}),
        };
        response.writeHead(status, headers).end(body === undefined ? "" : JSON.stringify(body));
      },
      () => response.destroy(),
    );
  });
}

async function respond(
  request: IncomingMessage,
  channelOf: (id: string) => Channel,
): Promise<ProviderResponse> {
  const url = new URL(request.url ?? "/", "http://loopback.test");
  const body = await text(request);
  if (url.pathname.startsWith(CONTROL_PREFIX)) {
    const channel = channelOf(url.pathname.slice(CONTROL_PREFIX.length));
    const { user, tokenFor } = JSON.parse(body) as { user: ProviderUser; tokenFor?: string };
    channel.user = user;
    return reply(200, { token: tokenFor === undefined ? null : issueToken(channel, tokenFor, user) });
  }
  const [, id = "", rest = ""] = /^\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
  const providerRequest = {
    channel: channelOf(id),
    path: rest,
    query: url.searchParams,
    form: new URLSearchParams(body),
    body,
    authorization: request.headers.authorization ?? "",
  };
  for (const provider of providers) {
    const response = provider(providerRequest);
    if (response) return response;
  }
  return reply(404, { message: "Not Found" });
}
