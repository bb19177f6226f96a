import type { Account, Role } from "../../../accounts/account.ts";
import { fill } from "../../../core/text.ts";
import { Form } from "../../../ui/form-fields.tsx";
import type { PageContext } from "../../../ui/page.ts";
import { type RenderPageDeps, renderPage } from "../../../ui/render-page.tsx";
import { fullNameOf, Person } from "../../../ui/settings-rows.tsx";

export type ConfirmRoleDeps = RenderPageDeps;

/** Asks before a user gets another role: a page, so that it asks without scripts too. */
export function confirmRole(
  c: PageContext,
  deps: ConfirmRoleDeps,
  { user, role }: { readonly user: Account; readonly role: Role },
): Promise<Response> {
  const name = fullNameOf(user);
  return renderPage(c, deps, {
    title: (t) => fill(t.users.roleQuestions[role], { name }),
    view: (p) => (
      <section class="card">
        <Person of={user} />
        <p>
          {p.t.users.roleEffects[role]} {fill(p.t.users.roleEndsSessions, { name })}
        </p>
        <Form p={p} act="setRole">
          <input type="hidden" name="role" value={role} />
          <div class="acts">
            <button type="submit" class="main" name="sure" value="yes">
              {p.t.users.setRole}
            </button>
            <a class="button" href={p.action}>
              {p.t.cancel}
            </a>
          </div>
        </Form>
      </section>
    ),
  });
}
