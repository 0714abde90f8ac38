import { accessChecks } from './access.ts';
import { answerChecks } from './answer.ts';
import type { Check } from './check.ts';
import { corsChecks } from './cors.ts';
import { deliveryChecks } from './delivery.ts';
import { formatChecks } from './format.ts';
import { idChecks } from './ids.ts';
import { replayChecks } from './replay.ts';
import { transferChecks } from './transfer.ts';

const table = {
  ...answerChecks,
  ...transferChecks,
  ...deliveryChecks,
  ...formatChecks,
  ...idChecks,
  ...replayChecks,
  ...accessChecks,
  ...corsChecks,
};

/** The name of a check. */
export type CheckId = keyof typeof table;

/** Every check, by name. */
export const checks: Readonly<Record<CheckId, Check>> = table;

export const checkIds = Object.keys(table) as readonly CheckId[];
