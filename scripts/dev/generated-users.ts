// Generated users for databases of any size. The same number generates the same users.

/** The columns of `accounts` that a generated user has, in the order of `GeneratedUser`. */
export const USER_COLUMNS = [
  "id",
  "email",
  "email_key",
  "email_verified_at",
  "name",
  "last_name",
  "username",
  "username_key",
  "age",
  "role",
  "status",
  "created_at",
  "updated_at",
] as const;

export type GeneratedUser = readonly (string | number | null)[];

const GIVEN =
  `Maria James Anna Michael Sofia David Laura Daniel Elena Thomas Sarah Peter Julia Paul Emma Martin Lucia
Robert Nina Andreas Clara John Eva Marco Alice Lukas Hannah Simon Marta Felix Leila Omar Amina Yusuf Fatima Ivan Olga
Viktor Natalia Pavel Katarzyna Łukasz Małgorzata Jürgen Björn Søren Åsa Zoë Chloé Anaïs José Inés Núria João Conceição
René Mélanie Đặng Thảo Minh Linh Wei Mei Hiroshi Yuki Kenji Sakura Jin Soo-jin Arjun Priya Ravi Ananya Kwame Ama Chidi
Ngozi Thabo Zanele Mateo Camila Santiago Valentina Christopher Alexander Elizabeth Catherine Nicholas Stephanie
Anne-Marie Jean-Paul Ole Ida Noah Mia Theo Lea Max Ben Tom Kim Ada Grace Alan Edith Boris Greta Hugo Iris Jonas
Κώστας Ελένη Дмитрий Ирина 太郎 花子`.split(/\s+/);

const FAMILY =
  `Smith Müller García Johnson Rossi Silva Nguyen Kim Brown Schmidt Martínez Dubois Kowalski Jansen Novák
Petrov Andersson Hansen Williams Jones Taylor Davies Wilson Evans Thomas Roberts Walker Wright Thompson White Hughes
Edwards Green Hall Wood Harris Clarke Jackson Turner Hill Cooper Ward Morris Moore Baker Schneider Fischer Weber Meyer
Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann
Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz Reyes Morales Cruz Ortiz Gutiérrez
Bernard Petit Durand Leroy Moreau Laurent Lefebvre Bertrand Roux Fournier Bianchi Romano Colombo Ricci Marino Greco
Bruno Gallo Conti Costa Santos Oliveira Souza Pereira Ferreira Almeida Nowak Wiśniewski Wójcik Kamiński Lewandowski
Zieliński Svoboda Dvořák Horváth Nagy Szabó Popescu Ionescu Ivanov Sokolov Volkov Morozov Larsen Nielsen Berg Lindqvist
Virtanen Korhonen Yılmaz Kaya Demir Haddad Khoury Cohen Levi Tanaka Suzuki Sato Watanabe Yamamoto Chen Wang Zhang Liu
Singh Patel Sharma Gupta Okafor Mensah Dlamini O'Brien O'Connor McDonald MacLeod Van-den-Berg De-Vries Παπαδόπουλος
Кузнецов 山田 佐藤`.split(/\s+/);

/** Weighted: a few mail providers have most addresses. The domains are reserved (RFC 2606). */
const DOMAINS = [
  ...Array(9).fill("bigmail.test"),
  ...Array(4).fill("inboxly.test"),
  ...Array(2).fill("postboxes.test"),
  ...["example.com", "example.org", "example.net", "mail.example.com", "uni.example.org"],
];

const DAY = 86_400_000;

/** `count` users from number `first` on; the last registered at `now`. Three superusers, and about 300 admins in a million. */
export function* generateUsers(first: number, count: number, now: number): Generator<GeneratedUser> {
  const random = randomNumbers(first + 1);
  const admins = 25 + Math.round(count * 0.0003);
  for (let n = 0; n < count; n += 1) {
    const [given, family] = [pickCommon(GIVEN, random()), pickCommon(FAMILY, random())];
    const createdAt = now - Math.round(((count - n) / count) * 1000 * DAY);
    const email = `${localPart(latin(given), latin(family), first + n, random())}@${pick(DOMAINS, random())}`;
    const username = random() < 0.3 ? `${latin(given)}-${(first + n).toString(36)}` : null;
    yield [
      uuid(random),
      email,
      email.toLowerCase(),
      random() < 0.93 ? createdAt + DAY : null,
      given,
      random() < 0.9 ? family : null,
      username,
      username?.toLowerCase() ?? null,
      random() < 0.4 ? 16 + Math.floor(random() * 70) : null,
      roleOf(n, count, admins),
      random() < 0.02 ? "deactivated" : "active",
      createdAt,
      createdAt,
    ];
  }
}

/** Spread evenly, so that no page of a list has them all. */
function roleOf(n: number, count: number, admins: number): "user" | "admin" | "superuser" {
  if (n % Math.ceil(count / 3) === 1) return "superuser";
  return n % Math.floor(count / admins) === 0 ? "admin" : "user";
}

/** `n` makes it unique. */
function localPart(given: string, family: string, n: number, kind: number): string {
  if (kind < 0.4) return `${given}.${family}${n}`;
  if (kind < 0.7) return `${given.slice(0, 1)}${family}${n}`;
  return kind < 0.9 ? `${given}_${n}` : `${family}-${given.slice(0, 1)}.${n}`;
}

/** A name in lower-case ASCII letters, as in an email address. */
const latin = (name: string): string =>
  name
    .normalize("NFD")
    .replaceAll(/[^A-Za-z]/g, "")
    .toLowerCase() || "kim";

const pick = <T>(list: readonly T[], random: number): T => list[Math.floor(random * list.length)] as T;

/** Prefers the beginning of the list: half of the picks are among a tenth of the names. */
const pickCommon = (list: readonly string[], random: number): string => pick(list, random ** 3);

function uuid(random: () => number): string {
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(8)}${hex(4)}`;
}

/** Marsaglia's xorshift: deterministic on every machine. */
function randomNumbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
