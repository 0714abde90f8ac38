import { anonymous, any, head, html, identity, preflight } from './others.ts';
import type { Observed, Probe, ProbeId } from './probe.ts';
import { again, both, param, resumed, unknown } from './replays.ts';
import { crowd, second } from './several.ts';
import { stream } from './watch.ts';

/** All probes, in the order in which they are sent. */
export const probes: { readonly [Id in ProbeId]: Probe<Id> } = {
  stream,
  identity,
  again,
  resumed,
  param,
  both,
  unknown,
  any,
  html,
  head,
  anonymous,
  preflight,
  second,
  crowd,
};

export const probeIds = Object.keys(probes) as (keyof Observed)[];
