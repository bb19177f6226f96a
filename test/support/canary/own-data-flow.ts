import type { ApiDriver } from "./api-driver.ts";

type User = { readonly email: string; readonly password: string };

/** A user answers the sign-up fields, downloads their data, deletes their account and keeps it. */
export async function exerciseOwnData({ ask, post, logIn }: ApiDriver, { email, password }: User) {
  const { token } = await logIn(email, password);
  await post("/me/sign-up-answers", { fields: { company: "Analytical Engines" } }, token);
  await ask("GET", "/me/export", { token });
  await ask("DELETE", "/me", { token });
  const next = await logIn(email, password);
  await post("/me/deletion/cancel", undefined, next.token);
}

/** A user deletes their account, and an admin keeps it. */
export async function undoDeletion(
  { ask, post, logIn }: ApiDriver,
  { id, email, password }: User & { readonly id: string },
  adminToken: string,
) {
  const { token } = await logIn(email, password);
  await ask("DELETE", "/me", { token });
  await post(`/users/${id}/deletion/cancel`, undefined, adminToken);
}
