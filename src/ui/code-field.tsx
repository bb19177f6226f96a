import type { Child } from "hono/jsx";
import { MAX_TYPED_CODE_LENGTH } from "../authentication/one-time-codes/fields.ts";
import { MINUTE, SECOND } from "../core/clock.ts";
import { Field, Form } from "./form-fields.tsx";
import type { PageProps } from "./page.ts";

/** Field for six digits, which a phone can fill in from a message. The service reads them as users paste them. */
export const CodeField = ({ p }: { p: PageProps }) => (
  <Field
    p={p}
    name="code"
    autocomplete="one-time-code"
    inputmode="numeric"
    maxlength={MAX_TYPED_CODE_LENGTH}
    first
    attributes={{ class: "code" }}
  />
);

/** Form that takes a code. `children`: further fields, before the button. */
export const CodeForm = ({ p, children }: { p: PageProps; children?: Child }) => (
  <Form p={p}>
    <CodeField p={p} />
    {children}
    <button type="submit" class="main">
      {p.t.code.submit}
    </button>
  </Form>
);

/** Value of a challenge cookie: the challenge's id and the second at which its code was sent. The id may be empty. */
export const encodeSentCode = (challengeId: string, clock: { now(): number }): string =>
  `${challengeId}.${Math.floor(clock.now() / SECOND)}`;

export function decodeSentCode(cookie: string | undefined): { challengeId: string; sentAt: number } {
  const [challengeId = "", seconds = ""] = cookie?.split(".") ?? [];
  return { challengeId, sentAt: Number(seconds) * SECOND };
}

type ResendProps = {
  readonly p: PageProps;
  readonly sentAt: number;
  /** Advice for users who received no message. */
  readonly nothing: string;
  readonly action?: string;
  readonly children?: Child;
};

/** Form that requests another code, at most one a minute. The service enforces the limit; a script shows it. */
export const ResendForm = ({ p, sentAt, nothing, action, children }: ResendProps) => (
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
