import { type Parameter, validationError } from '../../protocol/parameter.ts';

/** Takes the values out of a query, and collects errors about invalid ones. */
export interface QueryReader {
  number(parameter: Parameter): number | undefined;
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
  /** Takes the value if it is exactly this word; leaves any other. */
  word(name: string, word: string): boolean;
  /** A sentence for each invalid value, and for each unknown name. */
  errors(): string[];
}

export function createQueryReader(query: URLSearchParams): QueryReader {
  const left = new Map(query);
  const errors: string[] = [];

  function take(name: string): string | undefined {
    const text = left.get(name);
    left.delete(name);
    return text;
  }

  return {
    number(parameter) {
      const text = take(parameter.name);
      if (text === undefined) return undefined;
      const value = text.trim() === '' ? Number.NaN : Number(text);
      const error = validationError(parameter, Number.isNaN(value) ? text : value);
      if (error === undefined) return value;
      errors.push(error);
      return undefined;
    },
    choice(name, choices) {
      const text = take(name);
      const choice = choices.find((known) => known === text);
      if (text !== undefined && choice === undefined) {
        errors.push(`\`${name}\` must be ${choices.join(' | ')}, not ${JSON.stringify(text)}.`);
      }
      return choice;
    },
    word: (name, word) => left.get(name) === word && left.delete(name),
    errors: () => [...errors, ...[...left.keys()].map((name) => `There is no \`${name}\` here.`)],
  };
}
