import { SECOND } from "../kernel/clock.ts";
import { Field, Form } from "./fields.tsx";
import type { Shown } from "./page.ts";

/** Six digits, which a phone offers to fill in. */
export const CodeField = ({ p }: { p: Shown }) => (
  <Field
    p={p}
    name="code"
    autocomplete="one-time-code"
    inputmode="numeric"
    maxlength={6}
    first
    attributes={{ pattern: "[0-9]{6}", class: "code" }}
  />
);

/** Another code, once a minute. A script counts the seconds down; without it, the service does. */
export const Resend = ({ p, resendAt }: { p: Shown; resendAt: number }) => (
  <Form p={p} act="resend">
    <p class="hint">{p.t.code.nothing}</p>
    <button
      type="submit"
      class="plain"
      data-wait={String(Math.max(Math.ceil((resendAt - p.now) / SECOND), 0))}
      data-waiting={p.t.code.resendIn}
    >
      {p.t.code.resend}
    </button>
  </Form>
);
