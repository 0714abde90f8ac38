import { colourProperties, statusRules } from '../chart/colours.ts';
import { liveChartStyle } from '../chart/live-chart.ts';

/** The style of the viewer, for its shadow root. */
export const viewerStyle = `
:host {
  all: initial;
  display: block;
  height: 100%;
  color-scheme: light dark;
  container-type: inline-size;

  ${colourProperties()}
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, p, dl, dd { margin: 0; }

${statusRules}

.viewer {
  position: relative;
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  gap: 10px;
  padding: 10px;
  background: var(--page);
  color: var(--ink);
  font: 14px / 1.45 var(--sans);
  text-size-adjust: 100%;
}
.toolbar, section {
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--surface);
}
section { padding: 12px 14px; min-width: 0; }
h2 { font-size: 13px; font-weight: 650; }
.head { display: flex; align-items: center; justify-content: space-between; flex-wrap: wrap; gap: 6px 12px; }
.icon {
  width: 1em; height: 1em; flex: none;
  fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round;
}
button, select {
  padding: 4px 10px;
  border: 1px solid var(--edge);
  border-radius: 7px;
  background: var(--surface);
  color: inherit;
  font: inherit;
  line-height: 1.35;
}
button { font-weight: 500; cursor: pointer; }
button:hover { background: var(--sunken); }
button:disabled { border-color: var(--line); color: var(--muted); cursor: default; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }

.toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 8px 14px; }
.toolbar select { flex: 0 1 auto; min-width: 0; max-width: 100%; text-overflow: ellipsis; font-weight: 600; }
.badge {
  display: inline-flex; align-items: center; gap: 6px;
  padding: 2px 10px 2px 8px;
  border-radius: 99px;
  background: var(--tint);
  color: var(--tone);
  font-size: 13px; font-weight: 650;
}
.follow { display: flex; align-items: center; flex-wrap: wrap; gap: 4px 10px; margin-left: auto; }
.when { color: var(--muted); font-variant-numeric: tabular-nums; }
.when[data-live="true"] { color: var(--open); font-weight: 650; }
.when[data-live="true"]::before {
  content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 6px; border-radius: 50%; background: currentColor;
}
.notes { flex-basis: 100%; color: var(--muted); font-size: 12px; }

.drawing { display: grid; justify-items: safe center; align-items: safe center; overflow: auto; }
/* Smaller, its words could not be read: it is scrolled instead, to the state that is active. */
.drawing > .chart { display: block; width: 100%; min-width: 720px; max-width: 1028px; }

:is(.facts, .tabs) dl { display: grid; gap: 4px; margin-top: 8px; }
dt { color: var(--muted); }
dd { overflow-wrap: anywhere; }
dd.code { font-family: var(--mono); font-size: 13px; }
dd.long { min-height: 2.9em; }

.zoom { display: flex; }
.zoom button { border-radius: 0; padding: 2px 10px; font-size: 13px; }
.zoom button + button { border-left: 0; }
.zoom button:first-child { border-radius: 7px 0 0 7px; }
.zoom button:last-child { border-radius: 0 7px 7px 0; }
.zoom button[aria-pressed="true"] { background: var(--ink); border-color: var(--ink); color: var(--surface); }
.zoom button:focus-visible { position: relative; }
.plot { margin-top: 8px; overflow: hidden; border-radius: 4px; cursor: crosshair; touch-action: manipulation; }
.plot svg { display: block; }
.plot text { font: 12px var(--sans); fill: var(--muted); }
.plot .lane { fill: var(--tone); font-weight: 600; }
.plot .minor { fill: var(--muted); font-weight: 400; }
.plot .tick { text-anchor: middle; font-variant-numeric: tabular-nums; }
.grid { fill: none; stroke: var(--line); }
.band { fill: var(--tone); }
.band.beside { fill: var(--tint); stroke: var(--tone); }
.doubts { fill: var(--tint); }
.attempts { fill: var(--ink); }
.floors { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 2 3; }
.ranges { fill: none; stroke: var(--backoff); stroke-width: 1.5; }
.draws { fill: var(--backoff); stroke: var(--surface); }
.shown { fill: none; stroke: var(--focus); stroke-width: 2; }
.pointed { fill: none; stroke: var(--muted); stroke-dasharray: 3 3; }
.caption { min-height: 2.9em; margin-top: 6px; font-size: 13px; overflow-wrap: anywhere; }

.sequence { display: flex; flex-direction: column; gap: 8px; min-height: 0; }
.sequence label { display: flex; align-items: center; gap: 6px; font-size: 13px; }
.sequence input { accent-color: var(--focus); margin: 0; }
.empty { color: var(--muted); }
.more { align-self: center; font-size: 13px; }
.rows { flex: 1 1 auto; min-height: 160px; max-height: 420px; margin: 0 -8px; overflow-y: auto; overflow-anchor: none; }
[role="option"] {
  display: grid;
  grid-template-columns: 76px 14px minmax(0, 1fr);
  grid-template-areas: "since icon what" "time icon detail";
  gap: 0 8px;
  padding: 4px 8px;
  border-top: 1px solid var(--line);
  cursor: pointer;
  /* Rows out of sight are not laid out: most of a frame went there. */
  content-visibility: auto;
  contain-intrinsic-block-size: auto 41px;
}
[role="option"]:hover { background: var(--sunken); }
[role="option"][aria-selected="true"] { background: var(--tint); box-shadow: inset 3px 0 var(--tone); }
[role="option"] .icon { grid-area: icon; align-self: start; margin-top: 3px; color: var(--tone); }
.rows .since { grid-area: since; font-variant-numeric: tabular-nums; }
time { grid-area: time; font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }
.rows .what { grid-area: what; font-family: var(--mono); font-size: 13px; overflow-wrap: anywhere; }
.rows .event { font-weight: 600; }
.rows .change { display: inline-block; color: var(--muted); }
.rows .detail { grid-area: detail; min-height: 1.45em; overflow-wrap: anywhere; }
[role="option"][aria-selected="true"] :is(time, .change) { color: var(--ink); }

.static-report { display: grid; gap: 10px; grid-column: 1 / -1; align-content: start; }
.notice { padding: 10px 14px; border: 1px solid var(--backoff); border-radius: 10px; background: var(--backoff-tint); }
.static-report section { display: grid; gap: 4px; }
summary { padding: 2px 0; cursor: pointer; overflow-wrap: anywhere; }
details { padding-left: 8px; border-left: 3px solid var(--tone); }
details dl { display: grid; gap: 4px; padding: 4px 0 8px 18px; }
dl > div { display: grid; grid-template-columns: 104px minmax(0, 1fr); gap: 8px; }

.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* Side by side where there is room; else one below the other, the facts next to the chart that they belong to. */
.main, .side { display: contents; }
.drawing { order: 1; }
.facts, .tabs { order: 2; }
.timeline { order: 3; }
.sequence { order: 4; }
@container (min-width: 940px) {
  .viewer {
    grid-template-columns: minmax(0, 64fr) minmax(0, 36fr);
    grid-template-rows: auto minmax(0, 1fr);
    height: 100%;
    min-height: 640px;
  }
  .toolbar { grid-column: 1 / -1; }
  .main, .side { display: flex; flex-direction: column; gap: 10px; min-height: 0; }
  .drawing { flex: 1 1 240px; }
  .sequence { flex: 1 1 0; }
  .rows { max-height: none; min-height: 0; }
  /* As high as what stands beside it, however many rows there are. */
  .side { height: 0; min-height: 100%; }
}

${liveChartStyle}`;
