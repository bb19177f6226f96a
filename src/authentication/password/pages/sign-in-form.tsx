import { Captcha } from "../../../ui/captcha-widget.tsx";
import { CheckboxField, EmailField, Form, PasswordField } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { type ReturnTarget, withReturnTarget } from "../../../ui/return-target.ts";

/** The methods that the page offers: those of the deployment, the same for every address. */
export type OfferedMethods = {
  readonly password: boolean;
  readonly emailCode: boolean;
  readonly passkey: boolean;
  readonly username: boolean;
};

type FormProps = {
  readonly p: PageProps;
  readonly methods: OfferedMethods;
  readonly address: string;
  readonly returnTarget: ReturnTarget | null;
};

/** The address, then what the deployment allows. A browser submits the first button when the user presses Enter. */
export const SignInForm = ({ p, methods, address, returnTarget }: FormProps) =>
  methods.password || methods.emailCode ? (
    <Form p={p}>
      <SignInNameField
        p={p}
        address={address}
        allowsUsername={methods.username && methods.password}
        autocomplete={methods.passkey ? "username webauthn" : "username"}
      />
      {methods.password && (
        <PasswordField
          p={p}
          name="password"
          first={!!address}
          aside={<a href={withReturnTarget("/forgot-password", returnTarget)}>{p.t.signIn.forgot}</a>}
        />
      )}
      {methods.password && <RememberMe p={p} />}
      <Captcha p={p} />
      {methods.password && (
        <button type="submit" class="main">
          {p.t.signIn.submit}
        </button>
      )}
      {methods.emailCode && (
        // The password may be empty. The service checks the address.
        <button
          type="submit"
          name="act"
          value="code"
          class={methods.password ? "plain" : "main"}
          formnovalidate={methods.password}
        >
          {p.t.signIn.emailCode}
        </button>
      )}
    </Form>
  ) : null;

type SignInNameProps = {
  readonly p: PageProps;
  readonly address: string;
  readonly allowsUsername: boolean;
  readonly autocomplete: string;
};

/** The field keeps its name, so that it also gets an address that a password manager has stored. */
const SignInNameField = ({ p, address, allowsUsername, autocomplete }: SignInNameProps) => (
  <EmailField
    p={p}
    name="email"
    label={allowsUsername ? p.t.signIn.emailOrUsername : undefined}
    autocomplete={autocomplete}
    value={address}
    first={!address}
  />
);

/** Selected at first, since the other sign-in methods stay signed in as well. */
const RememberMe = ({ p }: { readonly p: PageProps }) => (
  <CheckboxField
    name="rememberMe"
    label={p.t.signIn.rememberMe}
    checked={p.values.size === 0 || p.values.has("rememberMe")}
  />
);
