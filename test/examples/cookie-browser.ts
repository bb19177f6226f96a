/** Sends a request to a Worker of a test. Its origin exists on no network. */
export type FetchWorker = (url: URL, init: RequestInit) => Promise<Response>;

/** The page after all redirects. */
export type BrowserPage = { readonly url: URL; readonly status: number; readonly text: string };

const MAX_REDIRECTS = 12;

/**
 * A browser without scripts. It stores cookies by origin, follows redirects, sends `Sec-Fetch-Site` (Fetch Metadata) and
 * submits forms.
 */
export function openCookieBrowser(fetchWorker: FetchWorker) {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => jars.get(origin) ?? jars.set(origin, new Map()).get(origin) ?? new Map();

  async function send(url: URL, init: RequestInit, site: string): Promise<Response> {
    const cookies = Array.from(jarOf(url.origin), ([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetchWorker(url, {
      ...init,
      redirect: "manual",
      headers: {
        ...(cookies ? { Cookie: cookies } : {}),
        "Sec-Fetch-Site": site,
        Accept: "text/html,*/*;q=0.8",
        "User-Agent": "cookie-browser",
        ...init.headers,
      },
    });
    for (const cookie of response.headers.getSetCookie()) storeCookie(url.origin, cookie);
    return response;
  }

  function storeCookie(origin: string, cookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/;\s*Max-Age=0/i.test(cookie)) jarOf(origin).delete(name);
    else jarOf(origin).set(name, value);
  }

  async function follow(url: URL, init: RequestInit, site: string): Promise<BrowserPage> {
    let currentUrl = url;
    let fetchSite = site;
    let response = await send(currentUrl, init, fetchSite);
    for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
      const location = response.headers.get("Location");
      const text = await response.text();
      const target = location ?? refreshTarget(text);
      if (target === null) return { url: currentUrl, status: response.status, text };
      const next = new URL(target, currentUrl);
      if (next.origin !== currentUrl.origin) fetchSite = "cross-site";
      currentUrl = next;
      response = await send(currentUrl, { method: "GET" }, fetchSite);
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects, the last to ${currentUrl}`);
  }

  return {
    jarOf,
    /** Opens a URL as if typed into the address bar. */
    visit: (url: string) => follow(new URL(url), { method: "GET" }, "none"),
    /** Submits the first form of a page whose action starts with `path`: its hidden fields and `fields`. */
    submit: (page: BrowserPage, path: string, fields: Record<string, string> = {}) => {
      const form = formOf(page.text, path);
      const body = new URLSearchParams({ ...form.hidden, ...fields });
      const init = { method: "POST", body, headers: { Origin: page.url.origin } };
      return follow(new URL(form.action, page.url), init, "same-origin");
    },
  };
}

/** Where a page leads to by itself: a form of Gatehouse is answered with such a page, since CSP blocks a redirect. */
function refreshTarget(html: string): string | null {
  const [, url] = /<meta http-equiv="refresh" content="\d+; ?url=([^"]+)"/i.exec(html) ?? [];
  return url === undefined ? null : decode(url);
}

function formOf(html: string, path: string) {
  for (const [, attributes = "", inside = ""] of html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    const action = decode(/action="([^"]*)"/.exec(attributes)?.[1] ?? "");
    if (!action.startsWith(path)) continue;
    const hidden = [...inside.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    return {
      action,
      hidden: Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, decode(value)])),
    };
  }
  throw new Error(`The page has no form with an action that starts with ${path}:\n${html}`);
}

const decode = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
