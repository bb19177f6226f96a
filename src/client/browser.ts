// The exports of `gatehouse/client/browser`.
export {
  type BrowserClient,
  type BrowserClientOptions,
  createBrowserClient,
  type StartResult,
} from "./browser/create-browser-client.ts";
export type { UserClaims } from "./browser/tokens.ts";
export type { SignInOptions } from "./oauth/sign-in-attempt.ts";
