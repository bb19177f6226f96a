import { Form } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";

/** The path of the page with the user's passkeys. */
export const PASSKEYS_PATH = "/account/passkeys";

/** The button that creates a passkey. The script adds the passkey, and then submits the form. */
export const CreatePasskey = ({ p }: { readonly p: PageProps }) => (
  <div data-passkey="create" hidden>
    <Form p={p} action={PASSKEYS_PATH} act="created">
      <button type="submit" class="main">
        {p.t.passkeys.create}
      </button>
    </Form>
  </div>
);
