import type { ApiResponse } from "../service.ts";
import { cookiesOf, type WatchedService } from "./watched-service.ts";

type RequestOptions = Parameters<WatchedService["ask"]>[2];
type Outage = Parameters<WatchedService["ask"]>[3];

const TOKENS = ["token", "refreshToken", "deviceToken", "csrfToken", "humanProof", "key"];

/** Sends requests to the service and plants every secret that it sends or receives. */
export function createApiDriver(watched: WatchedService) {
  let contacts = 0;
  let captchaTokens = 0;
  const statuses: Record<string, number[]> = {};

  async function ask(
    method: string,
    path: string,
    options: RequestOptions = {},
    outage?: Outage,
  ): Promise<ApiResponse> {
    const answer = await watched.ask(method, `/api/auth${path}`, options, outage);
    const pattern = path
      .replace(/\?.*/, "")
      .replace(/\/secrets\/[0-9a-f-]{36}/, "/secrets/:secretId")
      .replace(/client_[\w-]{22}/, ":id")
      .replace(/[0-9a-f-]{36}/, ":id")
      .replace(/^(\/me\/keys)\/\w+$/, "$1/:id")
      .replace(/\/(?:github|apple)(?=\/|$)/, "/:provider");
    const route = `${method} ${pattern}`;
    statuses[route] = [...(statuses[route] ?? []), answer.status];
    return answer;
  }

  /** Plants every token that a response issues, in its body or in cookies. */
  function issuedBy(answer: ApiResponse): Record<string, string> {
    const inBody = Object.entries<string>(answer.body.data ?? {}).filter(([name]) => TOKENS.includes(name));
    const inCookies = Object.entries(cookiesOf(answer)).filter(([, value]) => value !== "");
    const all = [...inBody, ...inCookies];
    for (const [name, value] of all) watched.canaries.plantIssued(name, value, answer);
    return Object.fromEntries(all);
  }

  function plantMatch(message: string, kind: string, pattern: RegExp): string {
    const [, secret] = pattern.exec(message) ?? [];
    if (!secret) throw new Error(`${kind} was not sent`);
    return watched.canaries.plant(kind, secret);
  }

  const post = (path: string, body?: unknown, token?: string) => ask("POST", path, { body, token });
  const captchaToken = () => watched.canaries.plant("a captcha token", `0.canary-captcha-${++captchaTokens}`);

  return {
    watched,
    ask,
    post,
    issuedBy,
    captchaToken,
    /** The statuses of each route, in order. */
    statuses,
    password: (description: string) =>
      watched.canaries.plant("a password", `canary "${description}" & käuzchen`),
    address: () => watched.addresses.plant("an address", `canary-address-${++contacts}@example.com`),
    number: () => {
      const digits = `1415555${String(++contacts).padStart(4, "0")}`;
      watched.addresses.plant("a number without its plus", digits);
      return watched.addresses.plant("a number", `+${digits}`);
    },
    mailedToken: async (email: string) =>
      plantMatch(await watched.mailTo(email), "a mailed token", /[?&]token=([\w-]+)/),
    mailedCode: async (email: string) => plantMatch(await watched.mailTo(email), "a code", /^(\d{6})$/m),
    textedCode: async (number: string) =>
      plantMatch(await watched.textTo(number), "a texted code", /^(\d{6})/),
    async logIn(email: string, password: string, fields: object = {}): Promise<Record<string, string>> {
      const answer = await post("/login", { email, password, captchaToken: captchaToken(), ...fields });
      if (answer.status !== 200) throw new Error(`login answered ${answer.status} ${answer.text}`);
      return issuedBy(answer);
    },
  };
}

export type ApiDriver = ReturnType<typeof createApiDriver>;
