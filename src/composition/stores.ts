import { avatarStore } from "../accounts/avatar/store.ts";
import { deletionStore } from "../accounts/deletion/store.ts";
import { exportStore } from "../accounts/export/store.ts";
import { accountLocaleStore } from "../accounts/locale-store.ts";
import { phoneStore } from "../accounts/phone/store.ts";
import { accountStore } from "../accounts/store.ts";
import { auditLogStore } from "../admin/audit-log/store.ts";
import { invitationStore } from "../admin/users/invitation-store.ts";
import { accountStatusStore } from "../admin/users/status-store.ts";
import { userStore } from "../admin/users/store.ts";
import { userDirectoryStore } from "../admin/users/user-search-store.ts";
import { apiKeyStore } from "../api-keys/store.ts";
import { codeMailStore } from "../authentication/email-code/code-mail-store.ts";
import { emailCodeStore } from "../authentication/email-code/store.ts";
import { factorRemovalStore } from "../authentication/factor-removal/store.ts";
import { knownDeviceStore } from "../authentication/known-devices/store.ts";
import { oneTimeCodeStore } from "../authentication/one-time-codes/store.ts";
import { passkeyRegistrationStore } from "../authentication/passkeys/registration-store.ts";
import { passkeyStore } from "../authentication/passkeys/store.ts";
import { passwordResetStore } from "../authentication/password/password-reset/store.ts";
import { passwordStore } from "../authentication/password/store.ts";
import { reauthenticationStore } from "../authentication/reauthentication/store.ts";
import { reauthenticationVerificationStore } from "../authentication/reauthentication/verification-store.ts";
import { emailOtpStore } from "../authentication/second-factor/email-otp-store.ts";
import { factorChangeStore } from "../authentication/second-factor/factor-change-store.ts";
import { factorStore } from "../authentication/second-factor/factor-store.ts";
import { openChallengeStore } from "../authentication/second-factor/open-challenge-store.ts";
import { recoveryCodeStore } from "../authentication/second-factor/recovery-codes/store.ts";
import { smsOtpStore } from "../authentication/second-factor/sms-otp/store.ts";
import { secondFactorStore } from "../authentication/second-factor/store.ts";
import { identityStore } from "../authentication/social/store.ts";
import { oauthTransactionStore } from "../authentication/social/transaction-store.ts";
import { signInStore } from "../authentication/store.ts";
import { captchaProofStore } from "../captcha/store.ts";
import type { Database } from "../db/database.ts";
import { eventDeliveryStore } from "../event-deliveries/store.ts";
import { expiredRowStore } from "../jobs/store.ts";
import { devMailboxStore } from "../messaging/dev-mailbox/store.ts";
import { authorizationStore } from "../oauth/authorization/store.ts";
import { logoutNoticeStore } from "../oauth/backchannel-logout/store.ts";
import { clientAssertionStore } from "../oauth/client-authentication/store.ts";
import { clientSecretStore } from "../oauth/clients/secret-store.ts";
import { clientStore } from "../oauth/clients/store.ts";
import { devicePollStore } from "../oauth/device/poll-store.ts";
import { deviceRequestStore } from "../oauth/device/store.ts";
import { grantStore } from "../oauth/grants/store.ts";
import { introspectionStore } from "../oauth/introspection/store.ts";
import { logoutStore } from "../oauth/logout/store.ts";
import { pushedRequestStore } from "../oauth/par/store.ts";
import { clientTokenStore } from "../oauth/token/store.ts";
import { tokenRequestStore } from "../oauth/token/token-request-store.ts";
import { userinfoStore } from "../oauth/userinfo/store.ts";
import { queuedRequestStore } from "../queued-requests/store.ts";
import { emailTokenStore } from "../registration/email-tokens/store.ts";
import { emailVerificationStore } from "../registration/email-verification-store.ts";
import { signUpAnswerStore } from "../registration/sign-up-fields/store.ts";
import { registrationStore } from "../registration/store.ts";
import { unverifiedAccountStore } from "../registration/unverified-account-store.ts";
import { signingKeyStore } from "../sessions/signing-keys/store.ts";
import { sessionStore } from "../sessions/store.ts";
import type { Config } from "./config.ts";

/** The features' stores that need the database alone. `sendCaps` limits the messages that their batches queue. */
export const createStores = (db: Database, sendCaps: Config["sendCaps"]) => ({
  passwords: passwordStore(db, sendCaps),
  emailOtpFactors: emailOtpStore(db, sendCaps),
  smsOtpFactors: smsOtpStore(db, sendCaps),
  factors: factorStore(db, sendCaps),
  factorChanges: factorChangeStore(db, sendCaps),
  recoveryCodes: recoveryCodeStore(db, sendCaps),
  secondFactorChallenges: secondFactorStore(db, sendCaps),
  openChallenges: openChallengeStore(db),
  passkeys: passkeyStore(db),
  passkeyRegistrations: passkeyRegistrationStore(db, sendCaps),
  signIns: signInStore(db, sendCaps),
  oneTimeCodes: oneTimeCodeStore(db, sendCaps),
  emailCodes: emailCodeStore(db),
  codeMails: codeMailStore(db, sendCaps),
  accounts: accountStore(db, sendCaps),
  deletions: deletionStore(db, sendCaps),
  exports: exportStore(db),
  eventDeliveries: eventDeliveryStore(db),
  accountLocales: accountLocaleStore(db),
  phones: phoneStore(db, sendCaps),
  queuedRequests: queuedRequestStore(db),
  unverifiedAccounts: unverifiedAccountStore(db),
  registrations: registrationStore(db, sendCaps),
  signUpAnswers: signUpAnswerStore(db),
  emailVerifications: emailVerificationStore(db, sendCaps),
  users: userStore(db, sendCaps),
  accountStatuses: accountStatusStore(db),
  invitations: invitationStore(db, sendCaps),
  userDirectory: userDirectoryStore(db),
  auditLog: auditLogStore(db),
  passwordResets: passwordResetStore(db, sendCaps),
  emailTokens: emailTokenStore(db, sendCaps),
  knownDevices: knownDeviceStore(db),
  reauthentications: reauthenticationStore(db, sendCaps),
  reauthenticationAnswers: reauthenticationVerificationStore(db),
  factorRemovals: factorRemovalStore(db, sendCaps),
  identities: identityStore(db, sendCaps),
  oauthTransactions: oauthTransactionStore(db),
  clients: clientStore(db),
  deviceRequests: deviceRequestStore(db),
  devicePolls: devicePollStore(db),
  logoutNotices: logoutNoticeStore(db),
  clientAssertions: clientAssertionStore(db),
  clientTokens: clientTokenStore(db),
  tokenRequests: tokenRequestStore(db),
  introspections: introspectionStore(db),
  userinfo: userinfoStore(db),
  apiKeys: apiKeyStore(db, sendCaps),
  authorizations: authorizationStore(db),
  pushedRequests: pushedRequestStore(db),
  clientSecrets: clientSecretStore(db),
  grants: grantStore(db),
  logouts: logoutStore(db),
  expiredRows: expiredRowStore(db),
  captchaProofs: captchaProofStore(db),
  mailbox: devMailboxStore(db),
  signingKeys: signingKeyStore(db),
  sessions: sessionStore(db, sendCaps),
  avatars: avatarStore(db),
});
