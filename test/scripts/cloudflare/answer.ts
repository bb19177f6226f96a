/** A response of Cloudflare's API, without its envelope. */
export type Answer = {
  readonly status?: number;
  readonly errors?: readonly { readonly code: number; readonly message: string }[];
  readonly result?: unknown;
  readonly info?: unknown;
};

export const list = (result: readonly unknown[]): Answer => ({
  result,
  info: { count: result.length, page: 1, per_page: 100, total_count: result.length },
});

export const refuse = (status: number, code: number, message: string): Answer => ({
  status,
  errors: [{ code, message }],
});
