/** Rows in the order and of the kind somebody wants to see, kept up cheaply: what is nearly in order already costs one look. */
export type Order<Key extends string> = { by: Key; down: boolean };
type Value = string | number;

/**
 * Hands out the rows that are wanted in order; of one kind of rows, call the same one each time. `key` says under which name a
 * row keeps its place from one time to the next, `value` by what it stands there.
 */
export function arranger<Row, Key extends string>(key: (row: Row) => string, value: (row: Row, by: Key) => Value, collate: (tag: string) => (a: string, b: string) => number = collator) {
  let places = new Map<string, number>();
  return (rows: Iterable<Row>, order: Order<Key>, tag: string, wanted: (row: Row) => boolean = () => true): Row[] => {
    const compare = collate(tag);
    const sign = order.down ? -1 : 1;
    const found: { row: Row; name: string; at: number; by: Value }[] = [];
    for (const row of rows) {
      if (!wanted(row)) continue;
      const name = key(row);
      found.push({ row, name, at: places.get(name) ?? Infinity, by: value(row, order.by) });
    }
    found.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
    found.sort((one, other) => {
      if (one.by === other.by) return one.name < other.name ? -1 : 1;
      const by = typeof one.by === "number" ? one.by - (other.by as number) : compare(one.by, other.by as string);
      return sign * by || (one.name < other.name ? -1 : 1);
    });
    places = new Map(found.map((one, at) => [one.name, at]));
    return found.map((one) => one.row);
  };
}

const collators = new Map<string, Intl.Collator>();

function collator(tag: string): (a: string, b: string) => number {
  let one = collators.get(tag);
  if (!one) collators.set(tag, (one = new Intl.Collator(tag, { numeric: true, sensitivity: "base" })));
  return one.compare;
}
