/** What somebody else changed of a thing since it was read. */

export type Difference = { title: string; before: string; after: string };

/** Field by field; `shown` says what each is called and how its value reads. */
export function differences<T>(before: T, after: T, shown: readonly (readonly [title: string, value: (one: T) => string])[]): Difference[] {
  return shown
    .map(([title, value]) => ({ title, before: value(before), after: value(after) }))
    .filter((one) => one.before !== one.after);
}
