import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { CONTROL_PREFIX, type LoopbackAnswer, type LoopbackRequest } from "../protocol.ts";
import { giveAnswer } from "./give-answer.ts";

type Channel = { answers: readonly LoopbackAnswer[]; readonly requests: LoopbackRequest[] };

const byDefault: LoopbackAnswer = {
  kind: "respond",
  status: 200,
  headers: { "content-type": "application/json" },
  body: "{}",
};

/** An HTTP server whose channels are programmed, and record, as `protocol.ts` says. */
export function createLoopbackServer(): Server {
  const channels = new Map<string, Channel>();
  const channelOf = (id: string): Channel => {
    const known = channels.get(id) ?? { answers: [byDefault], requests: [] };
    channels.set(id, known);
    return known;
  };
  return createServer((request, response) => {
    const url = request.url ?? "/";
    const handled = url.startsWith(CONTROL_PREFIX)
      ? control(channelOf(url.slice(CONTROL_PREFIX.length)), request, response)
      : serve(channelOf, url, request, response);
    // A caller that gives up while it sends is no fault of the server's.
    handled.catch(() => response.destroy());
  });
}

async function control(channel: Channel, request: IncomingMessage, response: ServerResponse) {
  if (request.method === "PUT") {
    channel.answers = JSON.parse(await text(request));
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(channel.requests));
}

async function serve(
  channelOf: (id: string) => Channel,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const [id = "", path = "/"] = splitAtSecondSlash(url);
  const channel = channelOf(id);
  const body = await text(request);
  channel.requests.push({ method: request.method ?? "", path, headers: headersOf(request), body });
  // Taken before anything else is awaited, so that parallel requests get one answer each.
  const [answer = byDefault, ...following] = channel.answers;
  if (following.length > 0) channel.answers = following;
  await giveAnswer(answer, response);
}

function splitAtSecondSlash(url: string): [string, string] {
  const end = url.search(/(?<=^\/[^/?]*)[/?]/);
  return end < 0 ? [url.slice(1), "/"] : [url.slice(1, end), url.slice(end)];
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers);
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(", ")]));
}
