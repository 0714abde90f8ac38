import { colourProperties, statusRules } from '../../visualizations/chart/colours.ts';
import { liveChartStyle } from '../../visualizations/chart/live-chart.ts';

/** The style of a demo, for its shadow root. */
export const demoStyle = `
:host { display: block; container-type: inline-size; ${colourProperties()} }
*, *::before, *::after { box-sizing: border-box; }
p, dl, dd, ol { margin: 0; }
${statusRules}
.demo {
  display: grid;
  gap: 12px;
  padding: 14px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--page);
  color: var(--ink);
  font: 14px / 1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.buttons { display: flex; flex-wrap: wrap; gap: 8px; }
button {
  padding: 5px 12px;
  border: 1px solid var(--edge);
  border-radius: 7px;
  background: var(--surface);
  color: inherit;
  font: inherit;
  font-weight: 500;
  cursor: pointer;
}
button:hover { background: var(--sunken); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.users { display: grid; gap: 10px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); }
.user { display: grid; gap: 8px; align-content: start; padding: 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
.head { display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center; }
.badge { padding: 1px 10px; border-radius: 99px; border: 1px solid var(--tone); color: var(--tone); background: var(--tint); }
.why { min-height: 1.45em; color: var(--muted); }
.head .why { flex: 1 1 230px; }
.text { min-height: 4.4em; padding: 8px; border-radius: 7px; background: var(--sunken); overflow-wrap: anywhere; }
.role { color: var(--muted); }
.apart:empty { display: none; }
.viewer { height: 720px; overflow: auto; border: 1px solid var(--line); border-radius: 10px; }
.list { padding-left: 1.6em; min-height: 5.9em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 2px 14px 2px 0; text-align: left; font-weight: 400; white-space: nowrap; }
td:nth-child(2) { color: var(--muted); }
.code { height: 15em; margin: 0; padding: 8px; overflow: auto; border-radius: 7px; background: var(--sunken); white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 13px / 1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
a { color: inherit; }
dl { display: flex; flex-wrap: wrap; gap: 6px 18px; }
dt { color: var(--muted); font-size: 12px; }
dd { font-variant-numeric: tabular-nums; min-width: 4.5em; }
.below { display: grid; gap: 10px; }
.drawing { height: 340px; overflow: auto; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); }
.drawing > .chart { display: block; width: 100%; min-width: 720px; }
.drawing.tabs { height: 480px; }
.drawing.tabs > .chart { min-width: 900px; }
.log { padding: 0; list-style: none; min-height: 11.6em; overflow-wrap: anywhere; }
.log time { color: var(--muted); font-variant-numeric: tabular-nums; }
${liveChartStyle}`;
