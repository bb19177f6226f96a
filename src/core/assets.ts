import { Unavailable } from "./unavailable.ts";

export type AssetsBinding = Pick<Fetcher, "fetch">;

/** What an isolate has made of assets, by their paths. */
export type AssetCache = Map<string, unknown>;

/** The binding looks at the path alone. */
const ORIGIN = "https://assets.invalid";

/** Files of public/, which are deployed with the Worker. One that is missing was left out of the deployment. */
export function createAssets(binding: AssetsBinding | undefined, kept: AssetCache) {
  async function ask<T>(path: `/${string}`, as: (response: Response) => Promise<T>): Promise<T> {
    try {
      if (!binding) throw new Error("the binding ASSETS is missing");
      return await as(await binding.fetch(ORIGIN + path));
    } catch (cause) {
      throw new Unavailable("assets", cause);
    }
  }
  const read = <T>(path: `/${string}`, as: (response: Response) => Promise<T>): Promise<T> =>
    ask(path, (response) => (response.ok ? as(response) : refuseToRead(path, response)));
  return {
    readJson: (path: `/${string}`): Promise<unknown> => read(path, (response) => response.json()),
    readText: (path: `/${string}`): Promise<string> => read(path, (response) => response.text()),

    /** The file as it is, to stream to the client. */
    readResponse: (path: `/${string}`): Promise<Response> => read(path, async (response) => response),

    /** Reads a file once, and keeps what is made of it for as long as the isolate lives. */
    async keep<T>(path: `/${string}`, make: (text: string) => T): Promise<T> {
      if (!kept.has(path)) kept.set(path, make(await read(path, (response) => response.text())));
      return kept.get(path) as T;
    },
  };
}

function refuseToRead(path: string, { status }: Response): never {
  throw new Error(`the asset ${path} answers ${status}`);
}
