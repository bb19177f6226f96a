// A Worker of the team that is told of events (docs/deletion.md). It fails as often as a test asks for.
import { WorkerEntrypoint } from "cloudflare:workers";

const received = [];
let failures = 0;

export class Events extends WorkerEntrypoint {
  onAuthEvent(event) {
    if (failures > 0) {
      failures -= 1;
      throw new Error("the team's database is down");
    }
    received.push(event);
  }

  /** For the tests: the events so far, which are forgotten. */
  takeReceived() {
    return received.splice(0);
  }

  failNext(count) {
    failures = count;
  }
}

export default { fetch: () => new Response("events") };
