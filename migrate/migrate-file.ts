import { type Migrated, migrate } from './migrate.ts';
import type { Remark } from './sites.ts';

/** Migrates a file, or the scripts of a component of Vue or Svelte. */
export function migrateFile(name: string, text: string): Migrated {
  if (!/\.(vue|svelte)$/.test(name)) return migrate(name, text);
  const remarks: Remark[] = [];
  const changed = text.replaceAll(
    /(<script\b([^>]*)>)([\s\S]*?)(?=<\/script>)/g,
    (_, tag: string, attributes: string, code: string, at: number) => {
      const isTyped = /lang=["']?ts/.test(attributes);
      const lines = text.slice(0, at + tag.length).split('\n').length - 1;
      const script = migrate(`script.${isTyped ? 'ts' : 'js'}`, code);
      remarks.push(...script.remarks.map((remark) => ({ ...remark, line: remark.line + lines })));
      return tag + script.text;
    },
  );
  return { text: changed, remarks };
}
