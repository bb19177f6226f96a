import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext } from "playwright-core";

/** Scripts that behave in a page as those of the providers do. */
export const PROVIDER_SCRIPTS = {
  /** Adds its token to the form, in the field that the widget names. */
  turnstile: `globalThis.turnstile = {};
    for (const widget of document.querySelectorAll(".cf-turnstile")) {
      const { responseFieldName: name, action } = widget.dataset;
      widget.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: "for-" + action }));
    }`,
  /** reCAPTCHA v3: gives a token on request. */
  scores: `globalThis.grecaptcha = {
      ready: (then) => setTimeout(then),
      execute: async (key, { action }) => "for-" + action,
    };`,
  /** Fails, as with the site key of another site. */
  throws: `globalThis.grecaptcha = { ready: (then) => then(), execute: async () => { throw new Error("no") } };`,
} as const;

/** Answers the browser's request for the provider's script: with that script, or with an error. */
export const mockProviderScript = (
  context: BrowserContext,
  script: keyof typeof PROVIDER_SCRIPTS | "nothing",
) =>
  context.route(/\/api\.js/, (route) =>
    script === "nothing"
      ? route.abort()
      : route.fulfill({ contentType: "text/javascript", body: PROVIDER_SCRIPTS[script] }),
  );

export type CaptchaVerifier = { readonly url: string; readonly tokens: string[]; stop(): void };

/** A fake of the provider's verification API, which records the tokens. */
export async function startCaptchaVerifier(): Promise<CaptchaVerifier> {
  const tokens: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const token = new URLSearchParams(body).get("response") ?? "";
    tokens.push(token);
    const verdict = { success: true, hostname: "localhost", action: token.replace("for-", ""), score: 0.9 };
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(verdict));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tokens, stop: () => void server.close() };
}
