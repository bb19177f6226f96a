/** The members of `Storage` that the client uses. */
type KeyValues = {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
};

/** The members of `BroadcastChannel` that the client uses. */
export type Channel = {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
};

/** What the client needs of a page. A test replaces it. */
export type BrowserEnvironment = {
  readonly location: { readonly href: string; assign(url: string): void };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage: KeyValues;
  readonly localStorage: KeyValues;
  readonly navigator: { readonly locks: { request<T>(name: string, run: () => Promise<T>): Promise<T> } };
  readonly BroadcastChannel: new (name: string) => Channel;
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
};

/** The page. The package is compiled without the types of the DOM, since it also runs in Workers. */
export const pageEnvironment = (): BrowserEnvironment => globalThis as unknown as BrowserEnvironment;
