import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext } from "playwright-core";

/** What the provider's own script does in a page, as far as ours sees of it. */
export const SCRIPTS = {
  /** Puts its answer into the form, in the field that the widget names. */
  turnstile: `globalThis.turnstile = {};
    for (const widget of document.querySelectorAll(".cf-turnstile")) {
      const { responseFieldName: name, action } = widget.dataset;
      widget.append(Object.assign(document.createElement("input"), { type: "hidden", name, value: "for-" + action }));
    }`,
  /** Is asked for a score when the form is sent. */
  scores: `globalThis.grecaptcha = {
      ready: (then) => setTimeout(then),
      execute: async (key, { action }) => "for-" + action,
    };`,
  /** As with a key of another site, or without its own servers. */
  throws: `globalThis.grecaptcha = { ready: (then) => then(), execute: async () => { throw new Error("no") } };`,
} as const;

/** Answers the browser in the provider's place: with that script, or not at all. */
export const play = (context: BrowserContext, script: keyof typeof SCRIPTS | "nothing") =>
  context.route(/\/api\.js/, (route) =>
    script === "nothing"
      ? route.abort()
      : route.fulfill({ contentType: "text/javascript", body: SCRIPTS[script] }),
  );

export type Verifier = { readonly url: string; readonly tokens: string[]; stop(): void };

/** Answers the service in the provider's place, and keeps the tokens that it is asked about. */
export async function startVerifier(): Promise<Verifier> {
  const tokens: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const token = new URLSearchParams(body).get("response") ?? "";
    tokens.push(token);
    const said = { success: true, hostname: "localhost", action: token.replace("for-", ""), score: 0.9 };
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tokens, stop: () => void server.close() };
}
