/** How bad a case is for the customer, from 1 (low) to 4 (critical): its name, and how loudly it is shown. */
import { words } from "../words/words";

export const SEVERITIES = [4, 3, 2, 1] as const;
export type Severity = (typeof SEVERITIES)[number];

const say = words({
  en: { severity_1: "Low", severity_2: "Normal", severity_3: "High", severity_4: "Critical" },
  fa: { severity_1: "کم", severity_2: "معمولی", severity_3: "زیاد", severity_4: "بحرانی" },
});

export function severityName(severity: Severity): string {
  return say(`severity_${severity}`);
}

export function severityTone(severity: Severity, open: boolean): "bad" | "warn" | "plain" {
  if (!open || severity < 3) return "plain";
  return severity === 4 ? "bad" : "warn";
}
