import { onTestFinished } from "vitest";
import { type BrowserClientOptions, createBrowserClient } from "../../../src/client/browser.ts";
import { RESOURCE, SPA } from "./openid-provider.ts";

/** Storage as a browser has it: text only. */
const storage = () => {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
};

/** A browser with tabs, each with a client of its own. Locks and channels are those of Node. */
export function openTabs(issuer: string, changes: Partial<BrowserClientOptions> = {}) {
  const localStorage = storage();
  const requests: { url: string; headers: Headers }[] = [];
  const apiAnswers: Response[] = [];
  // A channel reaches all pages of the process, so each test has a name of its own.
  const suffix = crypto.randomUUID();
  const Channel = class extends BroadcastChannel {
    constructor(name: string) {
      super(name + suffix);
    }
  };

  async function fetchFromPage(url: string, init: RequestInit = {}): Promise<Response> {
    if (!url.startsWith(RESOURCE)) return fetch(url, init);
    requests.push({ url, headers: new Headers(init.headers) });
    return apiAnswers.shift() ?? new Response("ok");
  }

  /** Opens a page. `sessionStorage` is that of the tab, which survives a reload. */
  function openPage(href: string, sessionStorage = storage()) {
    const left: string[] = [];
    const location = { href, assign: (url: string) => void left.push(url) };
    const replaceState = (_data: unknown, _unused: string, url: string) => {
      location.href = new URL(url, location.href).href;
    };
    const environment = {
      location,
      history: { replaceState },
      sessionStorage,
      localStorage,
      navigator: { locks: navigator.locks },
      BroadcastChannel: Channel as never,
      fetch: fetchFromPage,
    };
    const client = createBrowserClient(
      {
        issuer,
        clientId: "spa",
        resource: RESOURCE,
        scopes: ["openid", "profile", "notes:read"],
        ...changes,
      },
      environment,
    );
    onTestFinished(() => client.close());
    return { client, location, left, sessionStorage };
  }

  return { openPage, localStorage, requests, apiAnswers, at: (path: string) => SPA + path };
}
