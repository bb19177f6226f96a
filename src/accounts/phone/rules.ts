export type TextSettings = {
  /** Whether an SMS provider is configured. */
  readonly canText: boolean;
  /** Allowed calling codes; empty, which only the development mailbox may have: all. */
  readonly smsCountries: readonly string[];
};

/** SMS toll fraud (SMS pumping) uses expensive destination countries. */
export const isAllowedCountry = ({ smsCountries }: TextSettings, phone: string): boolean =>
  smsCountries.length === 0 || smsCountries.some((code) => phone.startsWith(code));
