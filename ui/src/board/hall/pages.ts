/** How many rows a wall has room for, and which of many it shows now: as many as fit, then the next, round and round. */

export const TURN_MS = 10_000;
export const GAP = 12;
const [FEWEST, NARROWEST, SHAPE] = [3, 240, 0.36];

export type Tiles = { columns: number; lines: number; width: number; height: number };

/** As large as can be while all of them fit; where they don't, as small as can still be read from afar. In pixels. */
export function tiled(count: number, width: number, height: number): Tiles {
  const most = Math.max(FEWEST, Math.floor((width + GAP) / (NARROWEST + GAP)));
  for (let columns = FEWEST; ; columns++) {
    const wide = Math.max(1, (width - (columns - 1) * GAP) / columns);
    const high = Math.round(wide * SHAPE);
    const lines = Math.max(1, Math.floor((height + GAP) / (high + GAP)));
    if (columns * lines >= count || columns >= most) return { columns, lines, width: wide, height: high };
  }
}

/** `page` counts from 0. */
export function turned<Row>(rows: readonly Row[], fit: number, now: number): { shown: readonly Row[]; page: number; pages: number } {
  const room = Math.max(1, fit);
  const pages = Math.max(1, Math.ceil(rows.length / room));
  const page = Math.floor(now / TURN_MS) % pages;
  return { shown: rows.slice(page * room, (page + 1) * room), page, pages };
}
