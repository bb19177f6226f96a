import { type SignedIn, usersApiAs } from "./admins.ts";
import { tinyPng } from "./image-parts.ts";
import type { Service } from "./service.ts";
import { logIn, newAddress, PASSWORD, tokenMailedTo } from "./users.ts";

const IMAGE = { "Content-Type": "image/png" };

/** Invites a user, performs every admin operation on the account as `superuser` and deletes it. Returns its id. */
export async function administeredUser(service: Service, superuser: SignedIn): Promise<string> {
  const email = newAddress();
  const { call } = usersApiAs(service, superuser);
  const { id } = (await call("POST", "", { email, name: "Grace" })).body.data;
  await service.post("/reset-password", {
    token: await tokenMailedTo(service, email),
    newPassword: PASSWORD,
  });
  const callAvatar = (method: string, path: string, token: string) =>
    service.call(method, `/api/auth${path}`, method === "PUT" ? tinyPng : undefined, token, IMAGE);
  await callAvatar("PUT", "/me/avatar", (await logIn(service, email)).token);
  await callAvatar("PUT", `/users/${id}/avatar`, superuser.token);
  await callAvatar("DELETE", `/users/${id}/avatar`, superuser.token);
  for (const [method, path, body] of [
    ["GET", ""],
    ["PATCH", "", { lastName: "Hopper", username: `grace.${id.slice(0, 8)}` }],
    ["PUT", "/role", { role: "admin" }],
    ["PUT", "/role", { role: "user" }],
    ["POST", "/unlock"],
    ["DELETE", "/sessions"],
    ["POST", "/reset-password"],
    ["POST", "/deactivate"],
    ["POST", "/activate"],
    ["POST", "/deactivate"],
    ["DELETE", ""],
  ] as const) {
    const answer = await call(method, `/${id}${path}`, body);
    if (answer.status !== 200) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  }
  return id;
}
