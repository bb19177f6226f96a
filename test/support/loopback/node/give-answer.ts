import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoopbackAnswer } from "../protocol.ts";

/** Does to one response what the answer says; `hang` leaves it open until the server is stopped. */
export async function giveAnswer(answer: LoopbackAnswer, response: ServerResponse): Promise<void> {
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
