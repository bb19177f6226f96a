// 3GPP TS 23.038 §6.2.1: the default alphabet, and its extension table, whose characters count twice.
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "^{}\\[~]|€";

const ALPHABET: ReadonlySet<string> = new Set(BASIC + EXTENSION);

/** Whether a text fits the alphabet of 7 bits: 160 characters a segment, and 70 otherwise. */
export const isGsmText = (text: string): boolean => [...text].every((character) => ALPHABET.has(character));
