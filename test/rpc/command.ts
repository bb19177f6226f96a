/** What a test has the consumer do: call a method, or verify tokens by one verifier, all at once. */
export type Order =
  | { readonly binding: string; readonly method: string; readonly args: readonly unknown[] }
  | {
      readonly binding: string;
      readonly audience?: string;
      readonly strict?: boolean;
      readonly tokens: string[];
    }
  | { readonly issuer: string; readonly audience: string; readonly tokens: string[] };
