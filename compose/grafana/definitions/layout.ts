// Places the panels of sections one after the other, line by line under the title of their section.

import type { PanelDefinition, RowDefinition } from "./dashboard.ts";

const COLUMNS = 24;

/** A panel that takes the next free place. */
export interface UnplacedPanel extends Omit<PanelDefinition, "grid"> {
  /** Of 24 columns. */
  readonly w: number;
}

export interface Section {
  readonly id: number;
  readonly title: string;
  /** Rows of the grid that each of its panels is high. */
  readonly height: number;
  readonly panels: readonly UnplacedPanel[];
}

export function placed(sections: readonly Section[]): {
  readonly rows: readonly RowDefinition[];
  readonly panels: readonly PanelDefinition[];
} {
  const rows: RowDefinition[] = [];
  const panels: PanelDefinition[] = [];
  let y = 0;
  for (const { id, title, height, panels: own } of sections) {
    rows.push({ id, title, y: y++ });
    let x = 0;
    for (const { w, ...panel } of own) {
      if (x + w > COLUMNS) {
        x = 0;
        y += height;
      }
      panels.push({ ...panel, grid: { x, y, w, h: height } });
      x += w;
    }
    y += height;
  }
  return { rows, panels };
}
