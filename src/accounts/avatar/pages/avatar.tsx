import type { DepsOf } from "../../../http/context.ts";
import { formFailure } from "../../../ui/form-error.ts";
import { Field, Form } from "../../../ui/form-fields.tsx";
import type { Page } from "../../../ui/page.ts";
import { invalid } from "../../../ui/read-fields.ts";
import { redirectWithFlash } from "../../../ui/redirect-with-flash.ts";
import { wordsOf } from "../../../ui/render-page.tsx";
import { Avatar, backToAccount } from "../../../ui/settings-rows.tsx";
import type { Account } from "../../account.ts";
import { avatarErrors } from "../errors.ts";
import { type RemoveAvatarDeps, removeAvatar } from "../remove-avatar.ts";
import { UPLOAD } from "../routes.ts";
import { type SetAvatarDeps, setAvatar } from "../set-avatar.ts";

/** Sets or removes the user's avatar. */
export const avatarPage = (depsOf: DepsOf<SetAvatarDeps & RemoveAvatarDeps>): Page<Account> => ({
  path: "/account/picture",
  access: "signed_in",
  title: (t) => t.fields.image,
  back: backToAccount,
  upload: UPLOAD,
  load: (c) => c.var.session.account,
  view: (p, account) => (
    <section class="card">
      <Avatar of={account} size={96} />
      <Form p={p} upload>
        <Field
          p={p}
          name="image"
          type="file"
          hint={p.t.picture.hint}
          attributes={{
            accept: UPLOAD.types.join(","),
            "data-crop": p.t.picture.crop,
            "data-zoom": p.t.picture.zoom,
            "data-hint": p.t.picture.cropHint,
          }}
        />
        <button type="submit" class="main">
          {p.t.picture.submit}
        </button>
      </Form>
      {account.avatarKey !== null && (
        <Form p={p} act="remove">
          <button type="submit" class="bad">
            {p.t.picture.remove}
          </button>
        </Form>
      )}
    </section>
  ),
  submit: async (c, form, account) => {
    const t = wordsOf(c);
    const common = { actor: c.var.actor, target: account, caller: c.var.caller };
    if (form.text("act") === "remove") {
      const removed = await removeAvatar(depsOf(c), common);
      return removed.ok
        ? redirectWithFlash(c, "/account", "saved")
        : formFailure(c, avatarErrors[removed.error.reason]);
    }
    const { file } = form;
    if (!file || file.size === 0) return invalid({ image: t.problems.required });
    if (file.size > UPLOAD.maxBytes)
      return { code: "payload_too_large", problems: { image: t.picture.tooLarge } };
    const bytes = new Uint8Array(await file.arrayBuffer());
    const declaredType = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
    const result = await setAvatar(depsOf(c), { ...common, bytes, declaredType });
    if (result.ok) return redirectWithFlash(c, "/account", "saved");
    const { reason } = result.error;
    return reason === "changed_meanwhile"
      ? formFailure(c, avatarErrors[reason])
      : invalid({ image: t.picture.problems[reason] });
  },
});
