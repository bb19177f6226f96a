/** A failure that its message says all about: what is wrong, and the mend. */
export class Complaint extends Error {
  override readonly name = "Complaint";
}
