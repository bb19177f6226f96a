import type { Child } from "hono/jsx";
import type { PageProps } from "../../../ui/page.ts";

type Props = {
  readonly p: PageProps;
  /** The path of the API that gives the options. Default: those of a sign-in's second factor. */
  readonly options?: string;
  /** The sentence of a browser without scripts. */
  readonly noScript: string;
  /** A form with the empty field `assertion`. */
  readonly children: Child;
};

/**
 * A form that a passkey of the user answers. The script shows it where the browser supports passkeys, and fills in
 * `assertion` before it submits the form.
 */
export const PasskeyArea = ({ p, options, noScript, children }: Props) => (
  <>
    <div data-passkey="second-factor" data-options={options} hidden>
      {children}
    </div>
    <p class="hint" data-passkey="unsupported" hidden>
      {p.t.passkeys.unsupported}
    </p>
    <noscript>
      <p class="hint">{noScript}</p>
    </noscript>
  </>
);
