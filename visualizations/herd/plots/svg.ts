/** The width of every plot, in pixels: that of a page on GitHub. */
export const width = 830;

/** Marks up one element; `undefined` leaves an attribute out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = '',
): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : value}"`);
  return `<${name}${given.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`;
}

/** A line of text, at its baseline. */
export function label(
  text: string,
  { x, y, kind, anchor }: { x: number; y: number; kind?: string; anchor?: 'middle' | 'end' },
): string {
  return element('text', { x, y, class: kind, 'text-anchor': anchor }, escaped(text));
}

/** A line from left to right, or from top to bottom. */
export function rule(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return element('path', { d: `M${short(x1)} ${short(y1)}L${short(x2)} ${short(y2)}`, class: kind });
}

/** Bars without gaps, as one area over a base line. Equal values in a row make one step. */
export function bars(
  heights: readonly number[],
  { x, y, step, kind }: { x: number; y: number; step: number; kind: string },
): string {
  let d = '';
  let level = 0;
  heights.forEach((height, n) => {
    const next = Number(short(height));
    if (next === level) return;
    const at = short(x + n * step);
    d += d === '' ? `M${at} ${short(y)}V${short(y - next)}` : `H${at}V${short(y - next)}`;
    level = next;
  });
  if (d === '') return '';
  return element('path', { d: `${d}H${short(x + heights.length * step)}V${short(y)}Z`, class: kind });
}

/** A line through points that are `step` apart. */
export function curve(
  heights: readonly number[],
  { x, y, step, kind }: { x: number; y: number; step: number; kind: string },
): string {
  const points = heights.map((height, n) => `${short(x + n * step)} ${short(y - height)}`);
  return element('path', { d: `M${points.join('L')}`, class: kind });
}

/** A picture for a light and a dark page, with its title for users who cannot see it. */
export function picture(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    element('title', {}, escaped(title)),
    element('style', {}, style),
    element('rect', { width, height, rx: 6, class: 'paper' }),
    ...parts.filter((part) => part !== ''),
    '</svg>\n',
  ].join('\n');
}

const style = `
text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
.paper { fill: #ffffff }
.name { font-weight: 600 }
.own.name, .own.figure { fill: #0969da }
.figure { font-variant-numeric: tabular-nums }
.muted { fill: #59636e; font-size: 11px }
.away { fill: #818b98; fill-opacity: .14 }
.grid { stroke: #d1d9e0; fill: none }
.edge { stroke: #59636e; stroke-dasharray: 3 3; fill: none }
path.own { fill: #0969da }
path.peer { fill: #8c6a4f }
path.line { stroke: #bc4c00; stroke-width: 1.5; fill: none; stroke-linejoin: round }
path.second { stroke: #0969da; stroke-width: 1.5; fill: none; stroke-linejoin: round }
text.line { fill: #bc4c00 }
text.second { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.paper { fill: #0d1117 }
.own.name, .own.figure { fill: #4493f8 }
.muted { fill: #9198a1 }
.away { fill: #9198a1; fill-opacity: .16 }
.grid { stroke: #3d444d }
.edge { stroke: #9198a1 }
path.own { fill: #4493f8 }
path.peer { fill: #c9a27e }
path.line { stroke: #f0883e }
path.second { stroke: #4493f8 }
text.line { fill: #f0883e }
text.second { fill: #4493f8 }
}
`;

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
