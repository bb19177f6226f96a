import { Unavailable } from "../kernel/unavailable.ts";

export type AssetsBinding = Pick<Fetcher, "fetch">;

/** The binding looks at the path alone. */
const ORIGIN = "https://assets.invalid";

/** Files of public/, which are deployed with the Worker. One that is missing was left out of the deployment. */
export function assetStorage(binding: AssetsBinding | undefined) {
  async function read<T>(path: `/${string}`, as: (response: Response) => Promise<T>): Promise<T> {
    try {
      if (!binding) throw new Error("the binding ASSETS is missing");
      const response = await binding.fetch(ORIGIN + path);
      if (!response.ok) throw new Error(`the asset ${path} answers ${response.status}`);
      return await as(response);
    } catch (cause) {
      throw new Unavailable("assets", cause);
    }
  }
  return {
    readJson: (path: `/${string}`): Promise<unknown> => read(path, (response) => response.json()),
    readText: (path: `/${string}`): Promise<string> => read(path, (response) => response.text()),
  };
}
