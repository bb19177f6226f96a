import { vi } from "vitest";
import type { ApiResponse, Service } from "./service.ts";
import { logIn, newAddress, PASSWORD, registerVerifiedUser, tokenMailedTo } from "./users.ts";

/** Profile fields. The password must not contain any of them. */
export type ProfileFields = {
  readonly email?: string;
  readonly name?: string;
  readonly lastName?: string;
  readonly username?: string;
};

type PreparedRequest = {
  readonly email: string;
  /** Sends the request that sets the password. */
  setPassword(password: string): Promise<ApiResponse>;
};

/** A route that sets a password. */
export type PasswordRoute = {
  readonly path: string;
  /** The field of the request that holds the new password. */
  readonly field: string;
  /** The status when the service accepts the password. */
  readonly accepted: number;
  /** Prepares an account up to the request that sets the password. */
  prepare(service: Service, profile?: ProfileFields): Promise<PreparedRequest>;
};

export const passwordRoutes: readonly PasswordRoute[] = [
  {
    path: "/register",
    field: "password",
    accepted: 201,
    async prepare(service, { email = newAddress(), name = "Ada", ...fields } = {}) {
      const setPassword = (password: string) =>
        service.post("/register", { email, name, password, ...fields });
      return { email, setPassword };
    },
  },
  {
    path: "/reset-password",
    field: "newPassword",
    accepted: 200,
    async prepare(service, profile) {
      const { email } = await logInWithProfile(service, profile);
      await service.post("/forgot-password", { email });
      const token = await tokenMailedTo(service, email);
      return { email, setPassword: (newPassword) => service.post("/reset-password", { token, newPassword }) };
    },
  },
  {
    path: "/me/password",
    field: "newPassword",
    accepted: 200,
    async prepare(service, profile) {
      const { email, token } = await logInWithProfile(service, profile);
      const current = { currentPassword: PASSWORD };
      return {
        email,
        setPassword: (newPassword) => service.post("/me/password", { ...current, newPassword }, token),
      };
    },
  },
];

/** Registers and logs in a user with these profile fields. */
async function logInWithProfile(service: Service, { email = newAddress(), ...fields }: ProfileFields = {}) {
  await registerVerifiedUser(service, email);
  const { token } = await logIn(service, email);
  if (Object.keys(fields).length > 0) {
    const answer = await service.call("PATCH", "/api/auth/me", fields, token);
    if (answer.status !== 200) throw new Error(`PATCH /me answered ${answer.status}: ${answer.text}`);
  }
  return { email, token };
}

/** Counts PBKDF2 calls until mocks are restored. The service runs in the same isolate as the test. */
export function countPbkdf2Calls(): () => number {
  const deriveBits = vi.spyOn(crypto.subtle, "deriveBits");
  return () =>
    deriveBits.mock.calls.filter(([algorithm]) => JSON.stringify(algorithm).includes("PBKDF2")).length;
}
