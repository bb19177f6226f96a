import type { Answer } from "../service.ts";
import { cookiesOf, type Watched } from "./watched-service.ts";

type Sent = Parameters<Watched["ask"]>[2];
type Outage = Parameters<Watched["ask"]>[3];

const TOKENS = ["token", "refreshToken", "deviceToken", "csrfToken", "humanProof"];

/** Somebody who goes through the service, and plants every secret that is given or received. */
export function createTraveller(watched: Watched) {
  let people = 0;
  let captchas = 0;
  const statuses: Record<string, number[]> = {};

  async function ask(method: string, path: string, sent: Sent = {}, outage?: Outage): Promise<Answer> {
    const answer = await watched.ask(method, `/api/auth${path}`, sent, outage);
    const route = `${method} ${path.replace(/\?.*/, "").replace(/[0-9a-f-]{36}$/, ":id")}`;
    statuses[route] = [...(statuses[route] ?? []), answer.status];
    return answer;
  }

  /** Plants every token that an answer hands out, in its body or in cookies. */
  function issuedBy(answer: Answer): Record<string, string> {
    const inBody = Object.entries<string>(answer.body.data ?? {}).filter(([name]) => TOKENS.includes(name));
    const inCookies = Object.entries(cookiesOf(answer)).filter(([, value]) => value !== "");
    const all = [...inBody, ...inCookies];
    for (const [name, value] of all) watched.canaries.plantIssued(name, value, answer);
    return Object.fromEntries(all);
  }

  async function mailed(email: string, what: string, pattern: RegExp): Promise<string> {
    const [, secret] = pattern.exec(await watched.mailTo(email)) ?? [];
    if (!secret) throw new Error(`${what} was not mailed`);
    return watched.canaries.plant(what, secret);
  }

  const post = (path: string, body?: unknown, token?: string) => ask("POST", path, { body, token });
  const captchaToken = () => watched.canaries.plant("a captcha token", `0.canary-captcha-${++captchas}`);

  return {
    watched,
    ask,
    post,
    issuedBy,
    captchaToken,
    /** For each route, what it answered, in its order. */
    statuses,
    password: (what: string) => watched.canaries.plant("a password", `canary "${what}" & käuzchen`),
    address: () => watched.addresses.plant("an address", `canary-address-${++people}@example.com`),
    mailedToken: (email: string) => mailed(email, "a mailed token", /[?&]token=([\w-]+)/),
    mailedCode: (email: string) => mailed(email, "a code", /^(\d{6})$/m),
    async logIn(email: string, password: string, more: object = {}): Promise<Record<string, string>> {
      const answer = await post("/login", { email, password, captchaToken: captchaToken(), ...more });
      if (answer.status !== 200) throw new Error(`login answered ${answer.status} ${answer.text}`);
      return issuedBy(answer);
    },
  };
}

export type Traveller = ReturnType<typeof createTraveller>;
