import type { Account } from "../../../accounts/account.ts";
import { fill } from "../../../core/text.ts";
import { Form, SelectField } from "../../../ui/form-fields.tsx";
import type { PageProps } from "../../../ui/page.ts";
import { fullNameOf } from "../../../ui/settings-rows.tsx";
import { canManage, manageableRoles } from "../../authorization/permissions.ts";
import { actionNames, actions, type UserStatus } from "./user-action-table.ts";

/** A button for each action that this admin may take. */
export function UserActions({ p, user, status }: { p: PageProps; user: Account; status: UserStatus }) {
  const { t, actor } = p;
  if (!actor) return null;
  const name = fullNameOf(user);
  const canSetRole = canManage(actor, "users:set-role", user);
  const available = actionNames.filter(
    (act) => canManage(actor, actions[act].permission, user) && actions[act].applies(user, status),
  );
  if (available.length === 0 && !canSetRole) return null;
  return (
    <section class="card">
      <h2>{t.users.acts}</h2>
      <div class="acts">
        {available.map((act) => {
          const isDestructive = "isDestructive" in actions[act];
          const question = t.confirmActs[act as keyof typeof t.confirmActs];
          return (
            <Form p={p} act={act} confirm={isDestructive ? fill(question, { name }) : undefined}>
              {act === "delete" && (
                <label class="check">
                  <input type="checkbox" name="sure" value="yes" required />
                  {t.users.sure}
                </label>
              )}
              <button type="submit" class={isDestructive ? "bad" : undefined}>
                {t.acts[act]}
              </button>
            </Form>
          );
        })}
      </div>
      {canSetRole && (
        <Form p={p} act="setRole">
          <SelectField
            p={p}
            name="role"
            value={user.role}
            options={manageableRoles(actor).map((role) => [role, t.roles[role]] as const)}
          />
          <button type="submit">{t.users.setRole}</button>
        </Form>
      )}
    </section>
  );
}
