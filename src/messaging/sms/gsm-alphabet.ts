// 3GPP TS 23.038 §6.2.1: the default alphabet and its extension table. Extension characters count twice.
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "^{}\\[~]|€";

const ALPHABET: ReadonlySet<string> = new Set(BASIC + EXTENSION);

/** Whether a text fits the 7-bit alphabet: 160 characters a segment instead of 70. */
export const isGsmText = (text: string): boolean => [...text].every((character) => ALPHABET.has(character));
