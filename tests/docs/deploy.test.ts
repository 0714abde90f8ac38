import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentation, read } from './documentation.ts';

const { examples } = documentation('docs/deploy.md');

describe('the guide to deploying', () => {
  test('has a configuration for each proxy', () => {
    expect(examples.map(([file]) => file)).toEqual([
      'examples/servers/redis/nginx.conf',
      'examples/servers/redis/haproxy.cfg',
      'examples/servers/redis/Caddyfile',
    ]);
  });

  test.each(examples)('shows %s as it is run', (file, text) => {
    expect(text).toBe(read(file));
  });

  test('has the same processes in compose.yaml as nginx asks', () => {
    const asked = [...read('examples/servers/redis/nginx.conf').matchAll(/server 127\.0\.0\.1:(\d+)/g)];
    const composed = [...read('examples/servers/redis/compose.yaml').matchAll(/PORT: '(\d+)'/g)];
    expect(composed.map(([, port]) => port)).toEqual(asked.map(([, port]) => port));
    expect(composed).toHaveLength(2);
  });

  test('leads to files that are there', () => {
    const links = [...read('docs/deploy.md').matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)].map(
      ([, link = '']) => link,
    );
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(join(import.meta.dirname, '../../docs', link)))).toEqual([]);
  });
});
