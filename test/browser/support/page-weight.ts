import type { Page, Request } from "playwright-core";

/** A page as the network saw it. */
export type Weight = {
  /** Bytes of all bodies, before any compression. */
  readonly bytes: number;
  /** What the first paint had to wait for, the document aside. */
  readonly blocking: readonly string[];
};

const followed = new WeakMap<Page, () => Promise<Weight>>();

/** Follows a page from now on; what comes back weighs the document that it shows then, with all that it loaded. */
export function scalesFor(page: Page): () => Promise<Weight> {
  const scales = followed.get(page) ?? follow(page);
  followed.set(page, scales);
  return scales;
}

function follow(page: Page): () => Promise<Weight> {
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

/** A picture from the cache counts as one from the network; what was given up counts nothing. */
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
