import { describe, expect, it } from 'vitest';
import { queryOf, readAddress } from '../../visualizations/playground/src/address/address.ts';
import { defaultSettings } from '../../visualizations/playground/src/settings/setting-fields.ts';

const read = (query: string) => readAddress(new URLSearchParams(query));

describe('the address of the playground', () => {
  it('without a query asks for the defaults, and for nothing else', () => {
    expect(read('')).toEqual({ settings: defaultSettings, errors: [] });
  });

  it('names settings, and a fault with its parameters', () => {
    expect(read('fault=restart&status=502&seconds=9&jitter=none&maxRetries=3&token=renewable')).toEqual({
      settings: { ...defaultSettings, jitter: 'none', maxRetries: 3, token: true },
      fault: { id: 'restart', status: 502, seconds: 9 },
      errors: [],
    });
  });

  it('names a scenario of the tour, and how many clients are to be connected', () => {
    expect(read('tour=ceiling&clients=250&spread=equal')).toEqual({
      settings: defaultSettings,
      tour: 'ceiling',
      fleet: { clients: 250, spread: 'equal' },
      errors: [],
    });
  });

  it.each([
    ['retryDelay=soon', '`retryDelay` must be a number from 0 to 600000, not "soon".'],
    ['retryDelay=', '`retryDelay` must be a number from 0 to 600000, not "".'],
    ['maxRetries=-1', '`maxRetries` must be a number from 0 to 1000, not -1.'],
    ['jitter=wild', '`jitter` must be full | equal | decorrelated | none, not "wild".'],
    ['fault=explode', '`fault` must be restart | refuse |'],
    ['fault=restart&status=418', '`status` must be 500 | 502 | 503, not 418.'],
    ['fault=cut&seconds=3', 'There is no `seconds` here.'],
    ['tour=of-duty', '`tour` must be restart |'],
    ['clients=5000', '`clients` must be a number from 10 to 1000, not 5000.'],
    ['%00<script>=1', 'There is no `\u0000<script>` here.'],
    ['__proto__=1&constructor=2', 'There is no `__proto__` here.'],
  ])('complains of %s and leaves it out', (query, error) => {
    const { settings, errors } = read(query);
    expect(settings).toEqual(defaultSettings);
    expect(errors[0]).toContain(error);
  });

  it('begins a fault with its standard where a parameter is not understood', () => {
    expect(read('fault=restart&status=418&seconds=2').fault).toEqual({ id: 'restart', seconds: 2 });
  });

  it.each([{ id: 'restart', status: 500, seconds: 7 }, { id: 'forbidden', seconds: null }, { id: 'cut' }])(
    'is written so that it is read as it was meant: %j',
    (fault) => {
      const settings = { ...defaultSettings, jitter: 'equal', retryDelay: 20, token: true } as const;
      expect(read(queryOf(settings, fault))).toEqual({ settings, fault, errors: [] });
    },
  );

  it('says nothing of what is standard', () => {
    expect(queryOf(defaultSettings)).toBe('');
  });
});
