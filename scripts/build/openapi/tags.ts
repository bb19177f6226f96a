/** The tags of the document, in its order. */
export const tags = [
  { name: "Registration", description: "Create an account and verify its email address." },
  { name: "Sessions", description: "Sign in, refresh tokens, sign out." },
  { name: "Password reset", description: "Reset a forgotten password by email." },
  { name: "Account", description: "The caller's own account and phone number." },
  { name: "Avatars", description: "Profile pictures." },
  {
    name: "Social sign-in",
    description: "Sign in with a provider, and the identities linked to an account.",
  },
  { name: "Captcha", description: "Solve a captcha before a request that requires one." },
  {
    name: "Users",
    description:
      "User administration for admins and superusers. An actor cannot manage a role above their own.",
  },
  { name: "Clients", description: "The OAuth clients of apps and machines, for superusers." },
  { name: "Discovery", description: "Signing keys, health checks and this document." },
] as const;
