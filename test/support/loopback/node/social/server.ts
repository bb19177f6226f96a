import { createServer, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { SocialPerson } from "../../../social/person.ts";
import { CONTROL_PREFIX } from "../../protocol.ts";
import { type Channel, issue, type Said, said } from "./channel.ts";
import { facebook } from "./facebook.ts";
import { gitHub } from "./github.ts";

const speakers = [gitHub, facebook];

/** Providers without OpenID on loopback: `/<channel>/…` is one test's own, `/_control/<channel>` its wires. */
export function createSocialServer(): Server {
  const channels = new Map<string, Channel>();
  const channelOf = (id: string): Channel => {
    const known = channels.get(id) ?? {
      person: { id: 1, name: "Nobody", email: "nobody@example.com", verified: false },
      codes: new Map(),
      tokens: new Map(),
    };
    channels.set(id, known);
    return known;
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

async function respond(request: IncomingMessage, channelOf: (id: string) => Channel): Promise<Said> {
  const url = new URL(request.url ?? "/", "http://loopback.test");
  const body = await text(request);
  if (url.pathname.startsWith(CONTROL_PREFIX)) {
    const channel = channelOf(url.pathname.slice(CONTROL_PREFIX.length));
    const { person, tokenFor } = JSON.parse(body) as { person: SocialPerson; tokenFor?: string };
    channel.person = person;
    return said(200, { token: tokenFor === undefined ? null : issue(channel, tokenFor, person) });
  }
  const [, id = "", rest = ""] = /^\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
  const asked = {
    channel: channelOf(id),
    path: rest,
    query: url.searchParams,
    form: new URLSearchParams(body),
    body,
    authorization: request.headers.authorization ?? "",
  };
  for (const speak of speakers) {
    const answer = speak(asked);
    if (answer) return answer;
  }
  return said(404, { message: "Not Found" });
}
