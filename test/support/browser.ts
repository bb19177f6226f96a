import type { ApiResponse, Service } from "./service.ts";
import { PASSWORD } from "./users.ts";

export const OWN_ORIGIN = "http://gatehouse.test";

/** A null header is not sent. */
type HeaderValues = Record<string, string | null>;

export type Browser = ReturnType<typeof openBrowser>;

/** A browser with a page of one origin. It stores the cookies of each response and sends them with each request. */
export function openBrowser(service: Service, origin = OWN_ORIGIN) {
  const jar = new Map<string, string>();

  const storeCookie = (cookie: string): void => {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/;\s*Max-Age=0/i.test(cookie)) jar.delete(name);
    else jar.set(name, value);
  };

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: HeaderValues = {},
  ): Promise<ApiResponse> {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const all: HeaderValues = { Cookie: cookies || null, Origin: origin, ...headers };
    const sent = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
    const answer = await service.call(method, `/api/auth${path}`, body, undefined, Object.fromEntries(sent));
    for (const cookie of answer.headers.getSetCookie()) storeCookie(cookie);
    return answer;
  }

  const csrfToken = async (): Promise<string> => (await send("GET", "/csrf-token")).body.data.csrfToken;

  return {
    /** Cookies by name. */
    jar,
    send,
    csrfToken,
    /** Fetches a CSRF token and sends the request with it. */
    write: async (method: string, path: string, body?: unknown, headers: HeaderValues = {}) =>
      send(method, path, body, { "X-CSRF-Token": await csrfToken(), ...headers }),
  };
}

/** A browser with a new session of that user. `token` is its CSRF token. */
export async function signedInBrowser(
  service: Service,
  email: string,
): Promise<Browser & { readonly token: string; readonly answer: ApiResponse }> {
  const browser = openBrowser(service);
  const answer = await browser.write("POST", "/login", { email, password: PASSWORD, transport: "cookie" });
  if (answer.status !== 200) throw new Error(`login answered ${answer.status}: ${answer.text}`);
  return { ...browser, token: answer.body.data.csrfToken, answer };
}
