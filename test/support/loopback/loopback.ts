import { inject } from "vitest";
import { CONTROL_PREFIX, type LoopbackAnswer, type LoopbackRequest } from "./protocol.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The loopback server's origin, without a trailing slash. */
    loopbackUrl: string;
    /** The origins of two real OpenID providers, and of the server with the APIs of GitHub and Facebook. */
    googleUrl: string;
    oidcUrl: string;
    socialUrl: string;
  }
}

export type Loopback = {
  /** The base URL for the code under test, without a trailing slash. */
  readonly url: string;
  /**
   * Sets the responses of the next requests, in this order; the last one also serves all later requests.
   * It replaces earlier responses and keeps the recorded requests.
   */
  answer(...answers: readonly [LoopbackAnswer, ...LoopbackAnswer[]]): Promise<void>;
  /** Sends the response that is held (`isHeld`) for the longest time. Throws if there is none. */
  release(): Promise<void>;
  /** Every request so far, oldest first, including those that hang or were cut off. */
  requests(): Promise<readonly LoopbackRequest[]>;
};

/**
 * Opens a channel on the loopback HTTP server, which replaces a remote service such as a mail provider or a captcha
 * service. By default it responds with 200 and `{}`.
 */
export function openLoopback(): Loopback {
  const origin = inject("loopbackUrl");
  const channel = crypto.randomUUID();
  const control = `${origin}${CONTROL_PREFIX}${channel}`;
  return {
    url: `${origin}/${channel}`,
    async answer(...answers) {
      const response = await fetch(control, { method: "PUT", body: JSON.stringify(answers) });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the loopback server rejected the answers: ${response.status}`);
    },
    async release() {
      const response = await fetch(control, { method: "POST" });
      await response.body?.cancel();
      if (!response.ok) throw new Error("the loopback server holds no response");
    },
    async requests() {
      const response = await fetch(control);
      return (await response.json()) as readonly LoopbackRequest[];
    },
  };
}
