/** How a customer is named where there is room for a line: by name, else by how they are reached. */
import { say as shared } from "../words/shared";

type Told = { customer_name?: string | null; customer_address?: string | null };
type Known = { name: string; identifiers: readonly { kind: string; value: string }[] };

export const whom = (row: Told | undefined): string => row?.customer_name || row?.customer_address || shared("unnamed");

/** The same of somebody of whom all is known. */
export function whomOf({ name, identifiers }: Known): string {
  const reached = ["phone", "email"].map((kind) => identifiers.find((one) => one.kind === kind)?.value);
  return name || reached.find(Boolean) || shared("unnamed");
}
