import type { Page, Request } from "playwright-core";

/** The network load of a page. */
export type Weight = {
  /** Bytes of all bodies, before any compression. */
  readonly bytes: number;
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
    const sizes = await Promise.all(loaded.map(bodySize));
    return { bytes: sizes.reduce((all, size) => all + size, 0), blocking: await blockingOn(page) };
  };
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
