// A Worker of the team, which adds claims to access tokens (docs/claims.md). The client id chooses a fault.
import { WorkerEntrypoint } from "cloudflare:workers";

let calls = 0;

const ANSWERS = {
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
    return answer ? answer() : { "acme:plan": "pro", "acme:calls": calls, "acme:subject": subject };
  }
}

export default { fetch: () => new Response("claims") };
