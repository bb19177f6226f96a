import type { Catalogue } from "./catalogue.ts";

const secureAccount = ({ appName }: { appName: string }) =>
  `If it was not you, somebody else may be able to get in. Ask for a new password straight away, with “Forgot password” where you sign in to ${appName}: that ends every session.`;

/** The English words of all mails. */
export const en: Catalogue = {
  language: "en",
  greeting: (name) => (name === null ? "Hello," : `Hello ${name},`),
  signIn: "Sign in",
  linkBelow: "If the button does not work, open this link:",
  footer: ({ appName }) =>
    `${appName} sent this mail because it concerns an account with your address. We never ask for your password by mail.`,
  mails: {
    verify_email: {
      subject: ({ appName }) => `Confirm your email address for ${appName}`,
      heading: "Confirm your email address",
      before: ({ appName, life }) => [
        `Welcome to ${appName}! One step is left: confirm that this address is yours, and you can sign in.`,
        `The link works once, and for ${life}. If it has run out, ask for a new one where you sign in.`,
      ],
      button: "Confirm my address",
      after: () => [
        "If you did not sign up, there is nothing to do: without this confirmation nobody can use the account.",
      ],
    },
    account_exists: {
      subject: ({ appName }) => `You already have an account at ${appName}`,
      heading: "You already have an account",
      before: ({ appName }) => [
        `Somebody, probably you, tried to sign up at ${appName} with this address. It already has an account, so no new one was made and nothing has changed.`,
        "You can simply sign in. If you do not remember your password, choose “Forgot password” there.",
      ],
      after: () => [
        "If it was not you, there is nothing to do. Whoever it was has not been told that you have an account.",
      ],
    },
    reset_password: {
      subject: ({ appName }) => `Choose a new password for ${appName}`,
      heading: "Choose a new password",
      before: ({ appName, life }) => [
        `Somebody, hopefully you, asked for a new password for your account at ${appName}.`,
        `The link works once, and for ${life}. A new password ends every session, so you will sign in again on all your devices.`,
      ],
      button: "Choose a new password",
      after: () => [
        "If it was not you, there is nothing to do: your password stays as it is. Please do not pass this mail on; whoever has the link can set your password.",
      ],
    },
    password_changed: {
      subject: ({ appName }) => `Your password for ${appName} was changed`,
      heading: "Your password was changed",
      before: ({ appName }) => [
        `The password of your account at ${appName} has just been changed. If it was you, all is well and there is nothing to do.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    ways_in_reset: {
      subject: ({ appName }) => `Your password for ${appName} was changed`,
      heading: "Your password was changed",
      before: ({ appName }) => [
        `The password of your account at ${appName} has just been changed by a link that we mailed to you. Every session has ended.`,
        "Providers that signed you in without having confirmed this address no longer do, since somebody else could have linked them. If one of them was yours, sign in with the new password and link it again.",
      ],
      after: (facts) => [secureAccount(facts)],
    },
    confirm_new_email: {
      subject: ({ appName }) => `Confirm your new email address for ${appName}`,
      heading: "Confirm your new email address",
      before: ({ appName, life }) => [
        `You asked to use this address for your account at ${appName}. Confirm that it is yours to finish the change; until then your account keeps its earlier address.`,
        `The link works once, and for ${life}.`,
      ],
      button: "Confirm my new address",
      after: () => [
        "If you did not ask for this, there is nothing to do: without this confirmation the address is not used.",
      ],
    },
    email_change_requested: {
      subject: ({ appName }) => `A new email address was asked for at ${appName}`,
      heading: "A new email address was asked for",
      before: ({ appName }) => [
        `Somebody signed in to your account at ${appName} asked to change its email address. Nothing has changed yet: we have sent a link to the new address, and the change is made when that link is used.`,
        "If it was you, there is nothing more to do here.",
      ],
      after: (facts) => [secureAccount(facts)],
    },
    email_changed: {
      subject: ({ appName }) => `Your email address at ${appName} was changed`,
      heading: "Your email address was changed",
      before: ({ appName }) => [
        `Your account at ${appName} now has another email address. This one no longer signs you in, and this is the last mail about the account that we send here.`,
      ],
      after: ({ appName }) => [
        `If it was not you, get in touch with the people who run ${appName} straight away: a new password can no longer be asked for with this address.`,
      ],
    },
    account_deactivated: {
      subject: ({ appName }) => `Your account at ${appName} was deactivated`,
      heading: "Your account was deactivated",
      before: ({ appName }) => [
        `Your account at ${appName} has been deactivated. Every session has ended, and nobody can sign in to it, you included.`,
      ],
      after: ({ appName }) => [
        `If you did not expect this, or want your account back, get in touch with the people who run ${appName}. They can activate it again.`,
      ],
    },
    account_activated: {
      subject: ({ appName }) => `Your account at ${appName} is active again`,
      heading: "Your account is active again",
      before: ({ appName }) => [
        `Your account at ${appName} has been activated, and you can sign in again. If you do not remember your password, choose “Forgot password” there.`,
      ],
      after: ({ appName }) => [
        `If you did not expect this, get in touch with the people who run ${appName}.`,
      ],
    },
    role_changed: {
      subject: ({ appName }) => `Your role at ${appName} was changed`,
      heading: "Your role was changed",
      before: ({ appName }) => [
        `Somebody who runs ${appName} has given your account another role there. Every session has ended: please sign in again.`,
      ],
      after: ({ appName }) => [
        `If you did not expect this, get in touch with the people who run ${appName}.`,
      ],
    },
    invitation: {
      subject: ({ appName }) => `You are invited to ${appName}`,
      heading: "You are invited",
      before: ({ appName, life }) => [
        `Somebody who runs ${appName} has made an account for you there. Choose a password, and you can sign in.`,
        `The link works once, and for ${life}. If it has run out, choose “Forgot password” where you sign in to get a new one.`,
      ],
      button: "Choose my password",
      after: () => [
        "If you do not know what this is about, there is nothing to do: without a password nobody can use the account.",
      ],
    },
    login_code: {
      subject: ({ appName }) => `Your code to sign in to ${appName}`,
      heading: "Your code to sign in",
      before: ({ appName, life }) => [
        `Type this code where you are signing in to ${appName}. It works once, and for ${life}.`,
      ],
      after: () => [
        "If you are not signing in, somebody else knows your password. Do not pass the code on, and choose a new password straight away.",
      ],
    },
    new_device_sign_in: {
      subject: ({ appName }) => `New sign-in to ${appName}`,
      heading: "A sign-in from a new device",
      before: ({ appName }) => [
        `Somebody has just signed in to your account at ${appName} from a device that we have not seen before. If it was you, there is nothing to do.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    identity_linked: {
      subject: ({ appName, provider }) => `${provider} now signs you in to ${appName}`,
      heading: "A new way to sign in",
      before: ({ appName, provider }) => [
        `An account at ${provider} can now sign in to your account at ${appName}. If it was you who linked it, there is nothing to do.`,
      ],
      after: ({ appName, provider }) => [
        `If it was not you, remove ${provider} from the ways to sign in at ${appName}, and ask for a new password with “Forgot password”: that ends every session.`,
      ],
    },
    identity_removed: {
      subject: ({ appName, provider }) => `${provider} no longer signs you in to ${appName}`,
      heading: "A way to sign in was removed",
      before: ({ appName, provider }) => [
        `${provider} has been removed from the ways to sign in to your account at ${appName}. If it was you, there is nothing to do.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    second_step_on: {
      subject: ({ appName }) => `Codes by mail are on for ${appName}`,
      heading: "Codes by mail are on",
      before: ({ appName }) => [
        `From now on, signing in to your account at ${appName} asks for a code that we send to this address.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    second_step_off: {
      subject: ({ appName }) => `Codes by mail are off for ${appName}`,
      heading: "Codes by mail are off",
      before: ({ appName }) => [
        `Signing in to your account at ${appName} no longer asks for a code by mail, unless ${appName} itself asks everybody for one.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    phone_verified: {
      subject: ({ appName }) => `A phone number was confirmed at ${appName}`,
      heading: "Your phone number was confirmed",
      before: ({ appName }) => [
        `A phone number of your account at ${appName} has just been confirmed with a code that we sent to it. If it was you, there is nothing to do.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    phone_removed: {
      subject: ({ appName }) => `Your phone number at ${appName} was removed or changed`,
      heading: "Your phone number was removed or changed",
      before: ({ appName }) => [
        `The phone number that you had confirmed for your account at ${appName} has just been removed, or replaced by another one. If it was you, there is nothing to do.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    account_locked: {
      subject: ({ appName }) => `Too many attempts to sign in to ${appName}`,
      heading: "Sign-in is paused for your account",
      before: ({ appName }) => [
        `There were too many failed attempts to sign in to your account at ${appName}, so it takes no more for a while. It opens again by itself. Devices that you have signed in on before are not affected.`,
        "If it was you and you do not remember your password, choose “Forgot password” there: that opens it straight away.",
      ],
      after: () => [
        "If it was not you, your password has held. There is nothing to do, unless you use the same password elsewhere.",
      ],
    },
    session_ended_after_reuse: {
      subject: ({ appName }) => `We ended one of your sessions at ${appName}`,
      heading: "We ended one of your sessions",
      before: ({ appName }) => [
        `A key that keeps you signed in to ${appName} was used a second time. That can mean that somebody has copied it, so we ended the session that it belongs to. Your other sessions go on.`,
        "On that device or app you will be asked to sign in again.",
      ],
      after: ({ appName }) => [
        `If this surprises you, or happens again, ask for a new password with “Forgot password” where you sign in to ${appName}: that ends every session.`,
      ],
    },
  },
};
