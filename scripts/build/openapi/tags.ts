/** The chapters of the document, in the order in which somebody meets them. */
export const tags = [
  { name: "Registration", description: "An account, and the proof of its address." },
  { name: "Sessions", description: "Signing in, staying signed in, and signing out." },
  { name: "Password reset", description: "A new password for somebody who has only their mail." },
  { name: "Account", description: "The caller's own account, and their phone number." },
  { name: "Avatars", description: "Pictures of people." },
  { name: "Social sign-in", description: "Sign-in at somebody else's, and what is linked to an account." },
  { name: "Captcha", description: "Proof of a person, ahead of the request that asks for one." },
  { name: "Users", description: "What admins and superusers see and do. Nobody acts above their own role." },
  { name: "Discovery", description: "What programs ask first: keys, health, and this document." },
] as const;
