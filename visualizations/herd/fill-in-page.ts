/**
 * Replaces what stands between `<!-- herd: name -->` and `<!-- /herd -->`, and leaves the rest of the page as it is.
 *
 * @throws Error when the page lacks the place for a part, or has one for an unknown part.
 */
export function filledIn(page: string, parts: Map<string, string>): string {
  const left = new Map(parts);
  const filled = page.replace(/(<!-- herd: (.+?) -->\n)[\s\S]*?(<!-- \/herd -->)/g, (_, start, name, end) => {
    const part = left.get(name);
    if (part === undefined) throw new Error(`There is nothing called '${name}' to write, or it comes twice.`);
    left.delete(name);
    return `${start}\n${part}\n\n${end}`;
  });
  if (left.size > 0) throw new Error(`The page has no place for ${[...left.keys()].join(', ')}.`);
  return filled;
}
