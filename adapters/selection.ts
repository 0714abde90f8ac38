/** The part of a view that was chosen. */
export interface Choice {
  readonly selected: unknown;
}

/** Makes the function that applies `select`. It returns the same object as long as the choice is the same. */
export function createChooser<View>(select: (view: View) => unknown, before?: () => Choice | undefined) {
  let chosenOf: View | undefined;
  let choice: Choice | undefined;
  return (view: View): Choice => {
    if (choice && view === chosenOf) return choice;
    const selected = select(view);
    const last = choice ?? before?.();
    choice = last && isSameChoice(last.selected, selected) ? last : { selected };
    chosenOf = view;
    return choice;
  };
}

/** Whether two choices are the same. Arrays and plain objects are compared by their items. */
function isSameChoice(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isListOrRecord(one) || !isListOrRecord(other)) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && Object.is(one[name], other[name]))
  );
}

function isListOrRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
