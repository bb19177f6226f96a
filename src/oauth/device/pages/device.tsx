import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { invalid } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { backToAccount } from "../../../ui/settings-rows.tsx";
import { DEVICE_PATH } from "../device-request.ts";
import { type EnterUserCodeDeps, enterUserCode } from "../enter-user-code.ts";
import { confirmPath } from "../entered-code.ts";
import { formatUserCode, readUserCode } from "../user-code.ts";

/** Characters: the code with spaces or dashes that a user adds. */
const MAX_TYPED_LENGTH = 32;

/** The code of the link, if it has the form of one. */
type Data = { readonly linkedCode: string | null };

/**
 * Takes the code that a device shows (RFC 8628 §3.3). A link with the code (`verification_uri_complete`) only fills in the
 * field: a GET request must neither count a guess nor show whether a code is valid.
 */
export const devicePage = (depsOf: DepsOf<EnterUserCodeDeps>): Page<Data> => ({
  path: "/device",
  access: "signed_in",
  title: (t) => t.device.title,
  back: backToAccount,
  load: (c) => {
    const code = readUserCode(c.req.query("user_code") ?? "");
    return { linkedCode: code === null ? null : formatUserCode(code) };
  },
  view: (p, { linkedCode }) => (
    <section class="card">
      <p class="lead">{linkedCode === null ? p.t.device.lead : p.t.device.linkedLead}</p>
      <Form p={p} action={DEVICE_PATH}>
        <Field
          p={p}
          name="userCode"
          value={linkedCode}
          hint={p.t.device.hint}
          autocomplete="off"
          maxlength={MAX_TYPED_LENGTH}
          first={linkedCode === null}
          attributes={{ class: "code", autocapitalize: "characters", spellcheck: "false" }}
        />
        <button type="submit" class="main">
          {p.t.continue}
        </button>
      </Form>
    </section>
  ),
  submit: async (c, form) => {
    const { problems } = wordsOf(c);
    const code = readUserCode(form.text("userCode"));
    if (code === null) return invalid({ userCode: problems.userCode });
    const deps = depsOf(c);
    const { sessionId, account } = c.var.session;
    const entered = await enterUserCode(deps, { code, accountId: account.id, ip: c.var.caller.ip });
    if (entered.ok) return redirectWithFlash(c, await confirmPath(deps, { code, sessionId }));
    return entered.error.reason === "user_code_unknown"
      ? invalid({ userCode: problems.userCodeUnknown })
      : formFailure(c, "rate_limited", entered.error);
  },
});
