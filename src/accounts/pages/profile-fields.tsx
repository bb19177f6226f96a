import { Field } from "../../ui/form-fields.tsx";
import type { Shown } from "../../ui/page.ts";
import type { ProfileField as Name } from "../account.ts";

const inputs = {
  username: { autocomplete: "nickname", maxlength: 32 },
  lastName: { autocomplete: "family-name", maxlength: 64 },
  age: { inputmode: "numeric", maxlength: 3, autocomplete: "off" },
} as const satisfies Record<Name, object>;

type Props = { readonly p: Shown; readonly name: Name; readonly value?: string; readonly optional?: boolean };

/** What a profile may have beside the name. */
export const ProfileField = ({ name, ...props }: Props) => <Field name={name} {...inputs[name]} {...props} />;
