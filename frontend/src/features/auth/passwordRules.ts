export const LEAST_CHARACTERS = 12;
const LEAST_DIFFERENT = 5;

export type PasswordRule = "length" | "variety" | "address";

/** The server's rules for a new password, and whether each is met: it judges again, this is so that nobody has to guess. */
export function passwordRules(password: string, email: string): Record<PasswordRule, boolean> {
  const plain = password.trim().toLowerCase();
  const address = email.trim().toLowerCase();
  const name = address.split("@")[0]!;
  return {
    length: [...password].length >= LEAST_CHARACTERS,
    variety: new Set(plain).size >= LEAST_DIFFERENT,
    address: plain !== "" && plain !== address && !(name.length >= LEAST_DIFFERENT && plain.includes(name)),
  };
}
