import type { Page, Request } from "playwright-core";

/** The network load of a page. */
export type Weight = {
  /** Bytes of all bodies but that of the passkeys' script, before any compression. */
  readonly bytes: number;
  /** Bytes of the passkeys' script, which only pages that offer a passkey load. */
  readonly passkeyScriptBytes: number;
  /** Resources that blocked the first paint, without the document. */
  readonly blocking: readonly string[];
};

const recorders = new WeakMap<Page, () => Promise<Weight>>();

/** Records the requests of a page. The returned function measures the current document and everything it loaded. */
export function measureWeightOf(page: Page): () => Promise<Weight> {
  const measure = recorders.get(page) ?? record(page);
  recorders.set(page, measure);
  return measure;
}

function record(page: Page): () => Promise<Weight> {
  let loaded: Request[] = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) loaded = [];
    loaded.push(request);
  });
  return async () => {
    await page.waitForLoadState("load");
    return {
      bytes: await sizeOf(loaded.filter((request) => !isPasskeyScript(request))),
      passkeyScriptBytes: await sizeOf(loaded.filter(isPasskeyScript)),
      blocking: await blockingOn(page),
    };
  };
}

const isPasskeyScript = (request: Request): boolean => /\/pages\/passkeys-\w+\.js$/.test(request.url());

async function sizeOf(requests: readonly Request[]): Promise<number> {
  const sizes = await Promise.all(requests.map(bodySize));
  return sizes.reduce((all, size) => all + size, 0);
}

/** A cached image counts as a loaded one; an aborted request counts nothing. */
async function bodySize(request: Request): Promise<number> {
  const response = await request.response();
  return response === null ? 0 : (await response.body()).byteLength;
}

const blockingOn = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => "renderBlockingStatus" in entry && entry.renderBlockingStatus === "blocking")
      .map(({ name }) => name),
  );
