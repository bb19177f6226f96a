import { createHash, randomBytes } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { examplesForTest } from "../../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../../scripts/check/examples/pages.ts";
import { EXAMPLE_CLIENT } from "./example-client.ts";

/** An app on another site whose users sign in at the service: by its server, or by a script in its page. */
export type ExampleApp = {
  readonly origin: string;
  /** Return URLs of its server and of its page. */
  readonly returnUrls: readonly string[];
  /** Sets the origin of the service, once it is known. */
  setServiceOrigin(origin: string): void;
  stop(): void;
};

/** To a browser, another site than `localhost`. */
const HOST = "127.0.0.1";

export async function startExampleApp(): Promise<ExampleApp> {
  let service = "";
  const verifiers = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", origin);
    if (pathname === "/start") return redirect(response, startAt(searchParams.get("page") ?? "sign-in"));
    if (pathname === "/server") return show(response, await exchangeCode(searchParams));
    if (pathname === EXAMPLE_CLIENT.path)
      return show(response, searchParams.get("error") ?? (searchParams.has("code") ? "Welcome back" : ""));
    if (pathname === "/page") return show(response, "Just a moment", scriptOf(service));
    return response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;

  /** Keeps a code verifier by the `state` that the redirect returns (RFC 7636). */
  function startAt(page: string): string {
    const [verifier, state] = [randomBytes(32).toString("base64url"), randomBytes(16).toString("base64url")];
    verifiers.set(state, verifier);
    const codeChallenge = createHash("sha256").update(verifier).digest("base64url");
    return `${service}/${page}?${new URLSearchParams({ returnTo: `${origin}/server`, codeChallenge, state })}`;
  }

  async function exchangeCode(query: URLSearchParams): Promise<string> {
    const [code, codeVerifier] = [query.get("code"), verifiers.get(query.get("state") ?? "")];
    const answer = await fetch(`${service}/api/auth/exchange`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code, codeVerifier }),
    });
    const { data, message } = (await answer.json()) as {
      data?: { user: { email: string } };
      message: string;
    };
    return data ? `Hello ${data.user.email}` : `Not signed in: ${message}`;
  }

  return {
    origin,
    returnUrls: [`${origin}/server`, `${origin}/page`],
    setServiceOrigin: (serviceOrigin) => {
      service = serviceOrigin;
    },
    stop: () => void server.close(),
  };
}

const redirect = (response: ServerResponse, to: string) => response.writeHead(302, { Location: to }).end();

function show(response: ServerResponse, heading: string, script = ""): void {
  response.setHeader("Content-Type", "text/html").end(`<!doctype html><html lang="en"><title>App</title>
<link rel="icon" href="data:,"><h1>${heading}</h1><script>${script}</script></html>`);
}

/** The example of docs/sign-in.md: how a page starts a sign-in, and how it exchanges the code. */
const EXAMPLE = examplesForTest("browser/support/example-app", readPages().values())("page-alone").code;
const [START = "", CALLBACK = ""] = EXAMPLE.split(/^\/\/ back again.*\n/m);

/** The example with the functions that it expects. */
const scriptOf = (service: string): string => `
const AUTH = "${service}", RETURN_URL = location.origin + "/page";
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(AUTH + path, { method: "POST", headers, body: JSON.stringify(body) });
  const { data, message } = await answer.json();
  history.replaceState(null, "", "/page");
  document.querySelector("h1").textContent = data ? "Hello " + data.user.email : "Not signed in: " + message;
}
async function startSignIn() { ${START} }
async function handleCallback(code, state) { ${CALLBACK} }
const query = new URLSearchParams(location.search);
if (query.has("code")) handleCallback(query.get("code"), query.get("state")); else startSignIn();
`;
