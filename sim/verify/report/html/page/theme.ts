// The colours of the page for what is drawn on a canvas. They are read when something is drawn, so that charts follow
// the light or dark of the page.

export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const SERIES_COLORS = 8;

/** Of the series with this number, from 0; after some they come again. */
export function seriesColor(index: number): string {
  return color(`series-${(index % SERIES_COLORS) + 1}`);
}
