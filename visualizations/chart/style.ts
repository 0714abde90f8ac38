/** How the picture looks, in the colours of `colours.ts`. */
export const style = `
.chart { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
.chart text { fill: var(--ink); }
.chart .state rect { fill: var(--surface); stroke: var(--edge); }
.chart .state:is([data-state='live'], [data-state='live.open.replacing']) rect { fill: var(--sunken); }
.chart .state[data-status] > rect { fill: var(--tint); stroke: var(--tone); stroke-width: 1.5; }
.chart .state[data-status] > .name { fill: var(--tone); font-size: 16px; font-weight: 700; }
.chart .name { font-size: 13px; font-weight: 600; }
.chart .motto, .chart .detail { fill: var(--muted); }
.chart .way { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.chart .tip, .chart .initial circle, .chart .fork { fill: var(--edge); }
.chart .guard { fill: var(--guard); }
.chart .delay { fill: var(--delay); }
.chart .anywhere rect { fill: none; stroke: var(--edge); stroke-dasharray: 4 3; }
`;
