/** A command of a test to the consumer Worker: call one method, or verify tokens concurrently with one verifier. */
export type Command =
  | { readonly binding: string; readonly method: string; readonly args: readonly unknown[] }
  | {
      readonly binding: string;
      readonly audience?: string;
      readonly strict?: boolean;
      readonly tokens: string[];
    }
  | { readonly issuer: string; readonly audience: string; readonly tokens: string[] };
