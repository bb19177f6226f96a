// A Worker of the team, which adds claims to access tokens (docs/claims.md). The client id chooses a fault.
import { WorkerEntrypoint } from "cloudflare:workers";

let calls = 0;
/** The subjects that were asked for once by the client of that fault. */
const failed = new Set();

const ANSWERS = {
  "fails at first": (subject) => {
    const key = JSON.stringify(subject);
    if (failed.has(key)) return { "acme:plan": "pro", "acme:subject": subject };
    failed.add(key);
    throw new Error("the team's database is down");
  },
  throws: () => {
    throw new Error("the team's database is down");
  },
  hangs: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  "returns null": () => null,
  "returns a list": () => ["acme:plan"],
  "returns a reserved name": () => ({ "acme:plan": "pro", role: "superuser" }),
  "returns a function": () => ({ "acme:plan": () => "pro" }),
  "returns a date": () => ({ "acme:since": new Date(0) }),
  "returns too much": () => ({ "acme:plan": "x".repeat(5000) }),
};

export class Claims extends WorkerEntrypoint {
  claimsFor(subject) {
    calls += 1;
    const answer = ANSWERS[subject.clientId];
    return answer ? answer(subject) : { "acme:plan": "pro", "acme:calls": calls, "acme:subject": subject };
  }
}

export default { fetch: () => new Response("claims") };
