import { Unavailable } from "./unavailable.ts";

export type AssetsBinding = Pick<Fetcher, "fetch">;

/** Parsed assets by path. It lives as long as the isolate. */
export type AssetCache = Map<string, unknown>;

/** The binding requires an absolute URL and reads only its path. */
const ORIGIN = "https://assets.invalid";

/** Reads the files of public/, which are deployed with the Worker. A missing file is a deployment error. */
export function createAssets(binding: AssetsBinding | undefined, cache: AssetCache) {
  async function fetchAsset<T>(path: `/${string}`, parse: (response: Response) => Promise<T>): Promise<T> {
    try {
      if (!binding) throw new Error("the binding ASSETS is missing");
      return await parse(await binding.fetch(ORIGIN + path));
    } catch (cause) {
      throw new Unavailable("assets", cause);
    }
  }
  const read = <T>(path: `/${string}`, parse: (response: Response) => Promise<T>): Promise<T> =>
    fetchAsset(path, (response) => (response.ok ? parse(response) : throwStatus(path, response)));
  return {
    readJson: (path: `/${string}`): Promise<unknown> => read(path, (response) => response.json()),
    readText: (path: `/${string}`): Promise<string> => read(path, (response) => response.text()),

    /** Returns the response, to stream the file to the client. */
    readResponse: (path: `/${string}`): Promise<Response> => read(path, async (response) => response),

    /** Reads and transforms a file once, and caches the result for the lifetime of the isolate. */
    async readCached<T>(path: `/${string}`, transform: (text: string) => T): Promise<T> {
      if (!cache.has(path)) cache.set(path, transform(await read(path, (response) => response.text())));
      return cache.get(path) as T;
    },
  };
}

function throwStatus(path: string, { status }: Response): never {
  throw new Error(`asset ${path}: status ${status}`);
}
