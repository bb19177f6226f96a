import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { CONTROL_PREFIX, type LoopbackAnswer, type LoopbackRequest } from "../protocol.ts";

type Channel = {
  answers: readonly LoopbackAnswer[];
  readonly requests: LoopbackRequest[];
  /** Each releases a held response, the oldest first. */
  readonly held: (() => void)[];
};

const defaultAnswer: LoopbackAnswer = {
  kind: "respond",
  status: 200,
  headers: { "content-type": "application/json" },
  body: "{}",
};

/** An HTTP server whose channels send programmed answers and record requests (`protocol.ts`). */
export function createLoopbackServer(): Server {
  const channels = new Map<string, Channel>();
  const channelOf = (id: string): Channel => {
    const channel = channels.get(id) ?? { answers: [defaultAnswer], requests: [], held: [] };
    channels.set(id, channel);
    return channel;
  };
  return createServer((request, response) => {
    const url = request.url ?? "/";
    const handled = url.startsWith(CONTROL_PREFIX)
      ? control(channelOf(url.slice(CONTROL_PREFIX.length)), request, response)
      : serve(channelOf, url, request, response);
    // A client may close the connection while it sends; that is not a server error.
    handled.catch(() => response.destroy());
  });
}

async function control(channel: Channel, request: IncomingMessage, response: ServerResponse) {
  if (request.method === "PUT") {
    channel.answers = JSON.parse(await text(request));
    response.writeHead(204).end();
    return;
  }
  if (request.method === "POST") {
    const release = channel.held.shift();
    release?.();
    response.writeHead(release ? 204 : 409).end();
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
  // Without an await in between, so that parallel requests get one answer each.
  const [answer = defaultAnswer, ...following] = channel.answers;
  if (following.length > 0) channel.answers = following;
  if (answer.kind === "respond" && answer.isHeld) {
    await new Promise<void>((resolve) => channel.held.push(resolve));
  }
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

/** Writes one response as the answer says; `hang` leaves it open until the server stops. */
async function giveAnswer(answer: LoopbackAnswer, response: ServerResponse): Promise<void> {
  switch (answer.kind) {
    case "respond":
      if (answer.delay !== undefined) await sleep(answer.delay);
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    case "hang":
      return;
    case "hang_in_body":
      response.writeHead(answer.status, { "content-type": "application/json" }).write("{");
      return;
    case "close":
      response.socket?.destroy();
  }
}
