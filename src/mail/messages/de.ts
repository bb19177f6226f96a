import type { Catalogue } from "./catalogue.ts";

const secureAccount = ({ appName }: { appName: string }) =>
  `Falls Sie das nicht waren, hat womöglich jemand anders Zugang zu Ihrem Konto. Fordern Sie dann sofort ein neues Passwort an, mit „Passwort vergessen“ auf der Anmeldeseite von ${appName}: Damit enden alle Sitzungen.`;

/** The German words of all mails. The first word after a greeting is small: the greeting ends in a comma. */
export const de: Catalogue = {
  language: "de",
  greeting: (name) => (name === null ? "Guten Tag," : `Guten Tag ${name},`),
  signIn: "Anmelden",
  linkBelow: "Falls die Schaltfläche nicht funktioniert, öffnen Sie diesen Link:",
  footer: ({ appName }) =>
    `${appName} hat diese E-Mail geschickt, weil sie ein Konto mit Ihrer Adresse betrifft. Wir fragen nie per E-Mail nach Ihrem Passwort.`,
  mails: {
    verify_email: {
      subject: ({ appName }) => `Bestätigen Sie Ihre E-Mail-Adresse für ${appName}`,
      heading: "Bestätigen Sie Ihre E-Mail-Adresse",
      before: ({ appName, life }) => [
        `willkommen bei ${appName}! Ein Schritt fehlt noch: Bestätigen Sie, dass diese Adresse Ihnen gehört, dann können Sie sich anmelden.`,
        `Der Link funktioniert einmal und ${life} lang. Ist er abgelaufen, fordern Sie auf der Anmeldeseite einen neuen an.`,
      ],
      button: "Adresse bestätigen",
      after: () => [
        "Falls Sie sich nicht registriert haben, müssen Sie nichts tun: Ohne diese Bestätigung kann niemand das Konto benutzen.",
      ],
    },
    account_exists: {
      subject: ({ appName }) => `Sie haben bereits ein Konto bei ${appName}`,
      heading: "Sie haben bereits ein Konto",
      before: ({ appName }) => [
        `jemand, wahrscheinlich Sie selbst, wollte sich mit dieser Adresse bei ${appName} registrieren. Zu ihr gibt es schon ein Konto; deshalb wurde kein neues angelegt, und nichts hat sich geändert.`,
        "Sie können sich einfach anmelden. Wenn Sie Ihr Passwort nicht mehr wissen, wählen Sie dort „Passwort vergessen“.",
      ],
      after: () => [
        "Falls Sie das nicht waren, müssen Sie nichts tun. Wer es auch war, hat nicht erfahren, dass Sie ein Konto haben.",
      ],
    },
    reset_password: {
      subject: ({ appName }) => `Wählen Sie ein neues Passwort für ${appName}`,
      heading: "Wählen Sie ein neues Passwort",
      before: ({ appName, life }) => [
        `jemand, hoffentlich Sie selbst, hat ein neues Passwort für Ihr Konto bei ${appName} angefordert.`,
        `Der Link funktioniert einmal und ${life} lang. Mit dem neuen Passwort enden alle Sitzungen; Sie melden sich also auf allen Ihren Geräten neu an.`,
      ],
      button: "Neues Passwort wählen",
      after: () => [
        "Falls Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. Bitte leiten Sie diese E-Mail nicht weiter; wer den Link hat, kann Ihr Passwort festlegen.",
      ],
    },
    password_changed: {
      subject: ({ appName }) => `Ihr Passwort für ${appName} wurde geändert`,
      heading: "Ihr Passwort wurde geändert",
      before: ({ appName }) => [
        `das Passwort Ihres Kontos bei ${appName} wurde gerade geändert. Wenn Sie das selbst waren, ist alles in Ordnung, und Sie müssen nichts tun.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    ways_in_reset: {
      subject: ({ appName }) => `Ihr Passwort für ${appName} wurde geändert`,
      heading: "Ihr Passwort wurde geändert",
      before: ({ appName }) => [
        `das Passwort Ihres Kontos bei ${appName} wurde gerade über einen Link geändert, den wir Ihnen geschickt haben. Alle Sitzungen sind beendet.`,
        "Anbieter, mit denen Sie sich angemeldet haben, ohne dass sie diese Adresse bestätigt hätten, melden Sie nicht mehr an: Jemand anderes könnte sie verknüpft haben. War einer davon Ihrer, melden Sie sich mit dem neuen Passwort an, und verknüpfen Sie ihn wieder.",
      ],
      after: (facts) => [secureAccount(facts)],
    },
    confirm_new_email: {
      subject: ({ appName }) => `Bestätigen Sie Ihre neue E-Mail-Adresse für ${appName}`,
      heading: "Bestätigen Sie Ihre neue E-Mail-Adresse",
      before: ({ appName, life }) => [
        `Sie möchten diese Adresse für Ihr Konto bei ${appName} verwenden. Bestätigen Sie, dass sie Ihnen gehört, dann ist die Änderung fertig; bis dahin behält Ihr Konto die bisherige Adresse.`,
        `Der Link funktioniert einmal und ${life} lang.`,
      ],
      button: "Neue Adresse bestätigen",
      after: () => [
        "Falls Sie das nicht angefordert haben, müssen Sie nichts tun: Ohne diese Bestätigung wird die Adresse nicht verwendet.",
      ],
    },
    email_change_requested: {
      subject: ({ appName }) => `Für Ihr Konto bei ${appName} wurde eine neue E-Mail-Adresse angegeben`,
      heading: "Eine neue E-Mail-Adresse wurde angegeben",
      before: ({ appName }) => [
        `jemand, der mit Ihrem Konto bei ${appName} angemeldet ist, möchte dessen E-Mail-Adresse ändern. Noch ist nichts geändert: Wir haben einen Link an die neue Adresse geschickt, und erst wenn dieser benutzt wird, gilt die Änderung.`,
        "Wenn Sie das selbst waren, ist hier nichts weiter zu tun.",
      ],
      after: (facts) => [secureAccount(facts)],
    },
    email_changed: {
      subject: ({ appName }) => `Ihre E-Mail-Adresse bei ${appName} wurde geändert`,
      heading: "Ihre E-Mail-Adresse wurde geändert",
      before: ({ appName }) => [
        `Ihr Konto bei ${appName} hat jetzt eine andere E-Mail-Adresse. Mit dieser hier können Sie sich nicht mehr anmelden, und dies ist die letzte E-Mail zu dem Konto, die wir hierher schicken.`,
      ],
      after: ({ appName }) => [
        `Falls Sie das nicht waren, wenden Sie sich sofort an die Betreiber von ${appName}: Über diese Adresse lässt sich kein neues Passwort mehr anfordern.`,
      ],
    },
    account_deactivated: {
      subject: ({ appName }) => `Ihr Konto bei ${appName} wurde deaktiviert`,
      heading: "Ihr Konto wurde deaktiviert",
      before: ({ appName }) => [
        `Ihr Konto bei ${appName} wurde deaktiviert. Alle Sitzungen sind beendet, und niemand kann sich mehr anmelden, auch Sie nicht.`,
      ],
      after: ({ appName }) => [
        `Falls Sie das nicht erwartet haben oder Ihr Konto zurückhaben möchten, wenden Sie sich an die Betreiber von ${appName}. Diese können es wieder aktivieren.`,
      ],
    },
    account_activated: {
      subject: ({ appName }) => `Ihr Konto bei ${appName} ist wieder aktiv`,
      heading: "Ihr Konto ist wieder aktiv",
      before: ({ appName }) => [
        `Ihr Konto bei ${appName} wurde aktiviert, und Sie können sich wieder anmelden. Wenn Sie Ihr Passwort nicht mehr wissen, wählen Sie dort „Passwort vergessen“.`,
      ],
      after: ({ appName }) => [
        `Falls Sie das nicht erwartet haben, wenden Sie sich an die Betreiber von ${appName}.`,
      ],
    },
    invitation: {
      subject: ({ appName }) => `Sie sind zu ${appName} eingeladen`,
      heading: "Sie sind eingeladen",
      before: ({ appName, life }) => [
        `jemand aus dem Kreis der Betreiber von ${appName} hat dort ein Konto für Sie angelegt. Wählen Sie ein Passwort, dann können Sie sich anmelden.`,
        `Der Link funktioniert einmal und ${life} lang. Ist er abgelaufen, wählen Sie auf der Anmeldeseite „Passwort vergessen“, um einen neuen zu bekommen.`,
      ],
      button: "Passwort wählen",
      after: () => [
        "Falls Sie nicht wissen, worum es geht, müssen Sie nichts tun: Ohne Passwort kann niemand das Konto benutzen.",
      ],
    },
    login_code: {
      subject: ({ appName }) => `Ihr Code zur Anmeldung bei ${appName}`,
      heading: "Ihr Code zur Anmeldung",
      before: ({ appName, life }) => [
        `geben Sie diesen Code dort ein, wo Sie sich gerade bei ${appName} anmelden. Er funktioniert einmal und ${life} lang.`,
      ],
      after: () => [
        "Falls Sie sich gerade nicht anmelden, kennt jemand anders Ihr Passwort. Geben Sie den Code nicht weiter, und wählen Sie sofort ein neues Passwort.",
      ],
    },
    new_device_sign_in: {
      subject: ({ appName }) => `Neue Anmeldung bei ${appName}`,
      heading: "Anmeldung von einem neuen Gerät",
      before: ({ appName }) => [
        `gerade hat sich jemand mit Ihrem Konto bei ${appName} angemeldet, von einem Gerät aus, das wir noch nicht kennen. Wenn Sie das selbst waren, müssen Sie nichts tun.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    role_changed: {
      subject: ({ appName }) => `Ihre Rolle bei ${appName} wurde geändert`,
      heading: "Ihre Rolle wurde geändert",
      before: ({ appName }) => [
        `jemand, der ${appName} betreibt, hat Ihrem Konto dort eine andere Rolle gegeben. Alle Sitzungen wurden beendet: Bitte melden Sie sich neu an.`,
      ],
      after: ({ appName }) => [
        `Falls Sie das nicht erwartet haben, wenden Sie sich an die Betreiber von ${appName}.`,
      ],
    },
    identity_linked: {
      subject: ({ appName, provider }) => `Mit ${provider} können Sie sich jetzt bei ${appName} anmelden`,
      heading: "Ein neuer Weg, sich anzumelden",
      before: ({ appName, provider }) => [
        `ein Konto bei ${provider} kann sich jetzt bei Ihrem Konto bei ${appName} anmelden. Wenn Sie es selbst verknüpft haben, müssen Sie nichts tun.`,
      ],
      after: ({ appName, provider }) => [
        `Falls Sie das nicht waren, entfernen Sie ${provider} aus den Anmeldewegen bei ${appName} und fordern Sie mit „Passwort vergessen“ ein neues Passwort an: Damit enden alle Sitzungen.`,
      ],
    },
    identity_removed: {
      subject: ({ appName, provider }) =>
        `Mit ${provider} können Sie sich nicht mehr bei ${appName} anmelden`,
      heading: "Ein Anmeldeweg wurde entfernt",
      before: ({ appName, provider }) => [
        `${provider} wurde aus den Anmeldewegen Ihres Kontos bei ${appName} entfernt. Wenn Sie das selbst waren, müssen Sie nichts tun.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    second_step_on: {
      subject: ({ appName }) => `Codes per E-Mail für ${appName} sind eingeschaltet`,
      heading: "Codes per E-Mail sind eingeschaltet",
      before: ({ appName }) => [
        `ab jetzt fragen wir bei jeder Anmeldung mit Ihrem Konto bei ${appName} nach einem Code, den wir an diese Adresse schicken.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    second_step_off: {
      subject: ({ appName }) => `Codes per E-Mail für ${appName} sind ausgeschaltet`,
      heading: "Codes per E-Mail sind ausgeschaltet",
      before: ({ appName }) => [
        `für die Anmeldung mit Ihrem Konto bei ${appName} brauchen Sie keinen Code per E-Mail mehr, es sei denn, ${appName} verlangt ihn von allen.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    phone_verified: {
      subject: ({ appName }) => `Eine Telefonnummer wurde bei ${appName} bestätigt`,
      heading: "Ihre Telefonnummer wurde bestätigt",
      before: ({ appName }) => [
        `eine Telefonnummer Ihres Kontos bei ${appName} wurde gerade mit einem Code bestätigt, den wir an sie geschickt hatten. Wenn Sie das selbst waren, müssen Sie nichts tun.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    phone_removed: {
      subject: ({ appName }) => `Ihre Telefonnummer bei ${appName} wurde entfernt oder geändert`,
      heading: "Ihre Telefonnummer wurde entfernt oder geändert",
      before: ({ appName }) => [
        `die Telefonnummer, die Sie für Ihr Konto bei ${appName} bestätigt hatten, wurde gerade entfernt oder durch eine andere ersetzt. Wenn Sie das selbst waren, müssen Sie nichts tun.`,
      ],
      after: (facts) => [secureAccount(facts)],
    },
    account_locked: {
      subject: ({ appName }) => `Zu viele Versuche, sich bei ${appName} anzumelden`,
      heading: "Die Anmeldung ist vorübergehend gesperrt",
      before: ({ appName }) => [
        `für Ihr Konto bei ${appName} sind zu viele Anmeldeversuche fehlgeschlagen. Deshalb ist die Anmeldung eine Weile gesperrt und danach von selbst wieder möglich. Geräte, auf denen Sie schon einmal angemeldet waren, sind nicht betroffen.`,
        "Wenn Sie das selbst waren und Ihr Passwort nicht mehr wissen, wählen Sie auf der Anmeldeseite „Passwort vergessen“: Damit ist die Sperre sofort aufgehoben.",
      ],
      after: () => [
        "Falls Sie das nicht waren, hat Ihr Passwort standgehalten. Sie müssen nichts tun, es sei denn, Sie verwenden dasselbe Passwort auch anderswo.",
      ],
    },
    session_ended_after_reuse: {
      subject: ({ appName }) => `Wir haben eine Ihrer Sitzungen bei ${appName} beendet`,
      heading: "Wir haben eine Ihrer Sitzungen beendet",
      before: ({ appName }) => [
        `ein Schlüssel, der Sie bei ${appName} angemeldet hält, wurde ein zweites Mal benutzt. Das kann bedeuten, dass ihn jemand kopiert hat; deshalb haben wir die zugehörige Sitzung beendet. Ihre anderen Sitzungen laufen weiter.`,
        "Auf dem betreffenden Gerät oder in der App werden Sie gebeten, sich neu anzumelden.",
      ],
      after: ({ appName }) => [
        `Falls Sie das überrascht oder es wieder vorkommt, fordern Sie mit „Passwort vergessen“ auf der Anmeldeseite von ${appName} ein neues Passwort an: Damit enden alle Sitzungen.`,
      ],
    },
  },
};
