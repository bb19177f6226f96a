/** How a browser reaches the Workers of a test, whose origins no network has. */
export type Reach = (url: URL, init: RequestInit) => Promise<Response>;

/** A page: where it is in the end, and what it says. */
export type CallbackResult = { readonly url: URL; readonly status: number; readonly text: string };

const MOST_REDIRECTS = 12;

/**
 * A browser without scripts: it keeps cookies by origin, follows redirects, says where its requests come
 * from (Fetch Metadata), and sends the forms that it is shown.
 */
export function openSurfer(reach: Reach) {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => jars.get(origin) ?? jars.set(origin, new Map()).get(origin) ?? new Map();

  async function send(url: URL, init: RequestInit, site: string): Promise<Response> {
    const cookies = Array.from(jarOf(url.origin), ([name, value]) => `${name}=${value}`).join("; ");
    const response = await reach(url, {
      ...init,
      redirect: "manual",
      headers: {
        ...(cookies ? { Cookie: cookies } : {}),
        "Sec-Fetch-Site": site,
        Accept: "text/html,*/*;q=0.8",
        "User-Agent": "a surfer",
        ...init.headers,
      },
    });
    for (const cookie of response.headers.getSetCookie()) keep(url.origin, cookie);
    return response;
  }

  function keep(origin: string, cookie: string): void {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/;\s*Max-Age=0/i.test(cookie)) jarOf(origin).delete(name);
    else jarOf(origin).set(name, value);
  }

  async function follow(url: URL, init: RequestInit, site: string): Promise<CallbackResult> {
    let at = url;
    let from = site;
    let response = await send(at, init, from);
    for (let hops = 0; hops < MOST_REDIRECTS; hops += 1) {
      const to = response.headers.get("Location");
      if (to === null) return { url: at, status: response.status, text: await response.text() };
      await response.body?.cancel();
      const next = new URL(to, at);
      if (next.origin !== at.origin) from = "cross-site";
      at = next;
      response = await send(at, { method: "GET" }, from);
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, in the end to ${at}`);
  }

  return {
    jarOf,
    /** Types an address. */
    visit: (url: string) => follow(new URL(url), { method: "GET" }, "none"),
    /** Sends the form of a page that is posted to that path, with what it brings along and what is typed. */
    submit: (page: CallbackResult, path: string, typed: Record<string, string> = {}) => {
      const form = formOf(page.text, path);
      const body = new URLSearchParams({ ...form.hidden, ...typed });
      const init = { method: "POST", body, headers: { Origin: page.url.origin } };
      return follow(new URL(form.action, page.url), init, "same-origin");
    },
  };
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
  throw new Error(`no form of this page is posted to ${path}:\n${html}`);
}

const decode = (text: string): string =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
