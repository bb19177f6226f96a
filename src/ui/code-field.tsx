import type { Child } from "hono/jsx";
import { MINUTE, SECOND } from "../core/clock.ts";
import { Field, Form } from "./form-fields.tsx";
import type { Shown } from "./page.ts";

/** Room for the spaces that a code is copied with, or written in two halves with. */
const MAX_TYPED = 32;

/** Six digits, which a phone offers to fill in. */
export const CodeField = ({ p }: { p: Shown }) => (
  <Field
    p={p}
    name="code"
    autocomplete="one-time-code"
    inputmode="numeric"
    maxlength={MAX_TYPED}
    first
    attributes={{ pattern: String.raw`(?:[\s\-]*[0-9]){6}[\s\-]*`, title: p.t.problems.code, class: "code" }}
  />
);

/** A code that was sent: its challenge and the second, as a cookie keeps them; what no code was sent for has no id. */
export const writeSent = (challengeId: string, clock: { now(): number }): string =>
  `${challengeId}.${Math.floor(clock.now() / SECOND)}`;

export function readSent(cookie: string | undefined): { challengeId: string; sentAt: number } {
  const [challengeId = "", seconds = ""] = cookie?.split(".") ?? [];
  return { challengeId, sentAt: Number(seconds) * SECOND };
}

type ResendProps = {
  readonly p: Shown;
  readonly sentAt: number;
  /** What to do where nothing has come. */
  readonly nothing: string;
  readonly action?: string;
  readonly children?: Child;
};

/** Another code, once a minute. A script counts the seconds down; without it, the service does. */
export const Resend = ({ p, sentAt, nothing, action, children }: ResendProps) => (
  <Form p={p} act="resend" action={action}>
    {children}
    <p class="hint">{nothing}</p>
    <button
      type="submit"
      class="plain"
      data-wait={String(Math.max(Math.ceil((sentAt + MINUTE - p.now) / SECOND), 0))}
      data-waiting={p.t.code.resendIn}
    >
      {p.t.code.resend}
    </button>
  </Form>
);
