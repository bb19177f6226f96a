import { connect, type Socket } from "node:net";

/** What a load sends: each connection repeats one request. */
export type Target = {
  readonly origin: URL;
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The request of each connection. */
  readonly requests: readonly { readonly token?: string; readonly body?: object }[];
};

/**
 * Sends requests for `ms` milliseconds over one connection per request of the target, each after the answer to the one
 * before. Returns the answers a second. Throws on any status but 200. Sockets instead of `fetch`, since a client that
 * costs more than the Worker would hide the difference between two Workers.
 */
export async function measureRate(target: Target, ms: number): Promise<number> {
  const begun = performance.now();
  const counts = await Promise.all(target.requests.map((request) => sendUntil(target, request, begun + ms)));
  const answers = counts.reduce((sum, count) => sum + count, 0);
  return answers / ((performance.now() - begun) / 1000);
}

function sendUntil(target: Target, request: Target["requests"][number], deadline: number): Promise<number> {
  const bytes = serialize(target, request);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: target.origin.hostname, port: Number(target.origin.port), noDelay: true });
    let answers = 0;
    let received = "";
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setEncoding("latin1");
    socket.on("error", fail);
    socket.on("close", () => fail(new Error(`${target.path}: the Worker closed the connection`)));
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (text: string) => {
      received += text;
      if (!isComplete(received)) return;
      if (!received.startsWith("HTTP/1.1 200 ")) return fail(new Error(`${target.path}: ${received}`));
      received = "";
      answers += 1;
      if (performance.now() < deadline) socket.write(bytes);
      else finish(socket, () => resolve(answers));
    });
  });
}

function finish(socket: Socket, done: () => void): void {
  socket.removeAllListeners();
  socket.on("error", () => {});
  socket.destroy();
  done();
}

/** Whether the text is a whole HTTP/1.1 response. */
export function isComplete(response: string): boolean {
  const headEnd = response.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const head = response.slice(0, headEnd);
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (length !== undefined) return response.length >= headEnd + 4 + Number(length);
  return response.endsWith("\r\n0\r\n\r\n");
}

function serialize(target: Target, { token, body }: Target["requests"][number]): string {
  const text = body === undefined ? "" : JSON.stringify(body);
  const lines = [
    `${target.method} ${target.path} HTTP/1.1`,
    `Host: ${target.origin.host}`,
    "User-Agent: bench",
    "CF-Connecting-IP: 192.0.2.1",
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(body === undefined ? [] : ["Content-Type: application/json", `Content-Length: ${text.length}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${text}`;
}
